import { sql, type Kysely } from "kysely";

/** The register: its leaves, its head, and what keeps both right. Nothing here updates or deletes a leaf. */
export async function up(db: Kysely<unknown>): Promise<void> {
  await createHead(db);
  await createLeaves(db);
  await createPartitions(db);
  await createSideTables(db);
  await grantToLedger(db);
}

/** One row: how far the log is. Its lock is what makes indexes dense and the order of commits the order of indexes. */
async function createHead(db: Kysely<unknown>): Promise<void> {
  await sql`
    create table ledger_head (
      one boolean primary key default true check (one),
      -- Null until the first sequencer names its log.
      origin text,
      size bigint not null check (size >= 0),
      root bytea not null check (octet_length(root) = 32),
      -- The roots of the full subtrees, largest first: what appending needs of the tree.
      frontier bytea not null check (octet_length(frontier) % 32 = 0),
      -- Counts sequencers: one that was superseded matches no row.
      epoch bigint not null,
      -- No decision before this index is still open; where a new sequencer starts to look for those that are.
      open_from bigint not null check (open_from between 0 and size)
    )`.execute(db);
  await sql`
    insert into ledger_head (size, root, frontier, epoch, open_from)
    values (0, sha256(''), '', 0, 0)`.execute(db);
  await sql`
    create function ledger_head_only_grows() returns trigger language plpgsql as $$
    begin
      if new.size < old.size or new.epoch < old.epoch or new.origin is distinct from coalesce(old.origin, new.origin) then
        raise exception 'the head of the ledger only grows' using errcode = 'integrity_constraint_violation';
      end if;
      return new;
    end $$`.execute(db);
  await sql`
    create trigger ledger_head_only_grows before update on ledger_head
    for each row execute function ledger_head_only_grows()`.execute(db);
  await sql`
    create function ledger_refuse_change() returns trigger language plpgsql as $$
    begin
      raise exception 'the ledger is append-only: % on % is refused', tg_op, tg_table_name
        using errcode = 'integrity_constraint_violation';
    end $$`.execute(db);
  await sql`
    create trigger ledger_head_stays before delete or truncate on ledger_head
    for each statement execute function ledger_refuse_change()`.execute(db);
}

async function createLeaves(db: Kysely<unknown>): Promise<void> {
  await sql`
    create table ledger_leaf (
      idx bigint not null,
      -- The exact bytes that were signed and hashed. The columns after the hash are read from them, for queries alone.
      leaf bytea not null check (octet_length(leaf) <= 65535),
      leaf_hash bytea not null check (octet_length(leaf_hash) = 32),
      event_id uuid not null,
      type text not null,
      tenant text not null,
      request_id uuid not null,
      -- Of an outcome that names none: null.
      decision_id uuid,
      at_ms bigint not null,
      -- Of decisions: the caller's key, and route, refuse or serve-cached. Of outcomes: the result, as kind.
      key_id text,
      kind text,
      -- The endpoint that was chosen (decision) or that answered (outcome), in its two parts.
      provider text,
      model text,
      -- Pico-USD.
      cost numeric(31, 0),
      primary key (idx)
    ) partition by range (idx)`.execute(db);
  // Base64 under a fast compressor gains little and costs the sequencer's time.
  await sql`alter table ledger_leaf alter column leaf set storage external`.execute(db);
  await sql`create index ledger_leaf_by_tenant on ledger_leaf (tenant, idx)`.execute(db);
  await sql`create index ledger_leaf_by_request on ledger_leaf (request_id)`.execute(db);
  await sql`create index ledger_leaf_by_decision on ledger_leaf (decision_id) where type = 'decision'`.execute(db);
  await sql`
    create trigger ledger_leaf_stays before update or delete on ledger_leaf
    for each row execute function ledger_refuse_change()`.execute(db);
  await sql`
    create trigger ledger_leaf_is_not_truncated before truncate on ledger_leaf
    for each statement execute function ledger_refuse_change()`.execute(db);
}

/**
 * Partitions of 2^20 leaves, which is where tiles and pruning cut. The sequencer may not create tables, so a function
 * of the owner's does it, well ahead of need.
 */
async function createPartitions(db: Kysely<unknown>): Promise<void> {
  await sql`
    create function ledger_ensure_partition(wanted_idx bigint) returns void
    language plpgsql security definer set search_path = public, pg_temp as $$
    declare
      part bigint := wanted_idx / 1048576;
      name text := 'ledger_leaf_' || part;
    begin
      if to_regclass(name) is not null then return; end if;
      if part not between 0 and 1 + (select size / 1048576 from ledger_head) then
        raise exception 'partition % is not the next one', part;
      end if;
      execute format('create table %I (like ledger_leaf including defaults including constraints including storage)', name);
      execute format('alter table ledger_leaf attach partition %I for values from (%s) to (%s)',
        name, part * 1048576, (part + 1) * 1048576);
      -- Row triggers pass to a partition by themselves, those of TRUNCATE do not.
      execute format('create trigger ledger_leaf_is_not_truncated before truncate on %I
        for each statement execute function ledger_refuse_change()', name);
    end $$`.execute(db);
  await sql`revoke execute on function ledger_ensure_partition(bigint) from public`.execute(db);
  await sql`select ledger_ensure_partition(0)`.execute(db);
}

async function createSideTables(db: Kysely<unknown>): Promise<void> {
  // Idempotency: the same bytes again are a duplicate, other bytes under the same id an incident.
  await sql`
    create table ledger_event (
      event_id uuid primary key,
      idx bigint not null,
      leaf_hash bytea not null
    )`.execute(db);
  // One outcome a request: the primary key is the rule.
  await sql`
    create table ledger_request (
      request_id uuid primary key,
      outcome_idx bigint not null,
      decision_id uuid
    )`.execute(db);
  // One root a size, ever.
  await sql`
    create table ledger_checkpoint (
      size bigint primary key,
      root bytea not null check (octet_length(root) = 32),
      note text not null,
      signed_at timestamptz not null default now()
    )`.execute(db);
  await sql`
    create table ledger_quarantine (
      id bigint primary key generated always as identity,
      at timestamptz not null default now(),
      reason text not null,
      subject text not null,
      event_id uuid,
      digest bytea not null,
      body bytea not null,
      unique (digest, reason)
    )`.execute(db);
  await sql`
    create table ledger_producer (
      key_id text primary key,
      service text not null,
      public_key bytea not null check (octet_length(public_key) = 32),
      added_at timestamptz not null default now()
    )`.execute(db);
  // The plain values behind the keyed digests of a request's leaves: no part of any hash, and so erasable.
  await sql`
    create table ledger_label (
      request_id uuid primary key,
      tenant text not null,
      labels jsonb not null
    )`.execute(db);
}

async function grantToLedger(db: Kysely<unknown>): Promise<void> {
  const appended = ["leaf", "event", "request", "checkpoint", "quarantine", "label"].map((name) => `ledger_${name}`);
  await sql`grant select, insert on ${sql.join(appended.map((name) => sql.table(name)))} to signalbox_ledger`.execute(
    db,
  );
  await sql`grant select, update on ledger_head to signalbox_ledger`.execute(db);
  await sql`grant select on ledger_producer to signalbox_ledger`.execute(db);
  await sql`grant execute on function ledger_ensure_partition(bigint) to signalbox_ledger`.execute(db);
}
