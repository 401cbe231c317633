import { sql, type Kysely } from "kysely";

/** What queries find decisions by, and leaves that stand whole in their rows. */
export async function up(db: Kysely<unknown>): Promise<void> {
  await addColumns(db);
  await keepLeavesInline(db);
  await createBlocks(db);
}

/** Read from the signed bytes like the columns beside them; leaves of before have none of them. */
async function addColumns(db: Kysely<unknown>): Promise<void> {
  await sql`
    alter table ledger_leaf
      -- Of decisions: why, in the engine's word and in what a refusal told its caller.
      add column reason text,
      -- Of decisions: the keyed digests of the request's tags; null when it has none.
      add column tags text[],
      -- Of outcomes: where the decision stands that was executed, when the sequencer knows.
      add column decision_idx bigint`.execute(db);
  // Nothing is ever looked up by what stands in the bytes, so nothing need be known of their distribution.
  await sql`alter table ledger_leaf alter column leaf set statistics 0, alter column leaf_hash set statistics 0`.execute(
    db,
  );
}

/**
 * A leaf of some kilobytes goes into its row and not into pieces beside it, which would cost two more rows and two more
 * entries of an index each. A partition does not inherit this, so the function that makes them says it.
 */
async function keepLeavesInline(db: Kysely<unknown>): Promise<void> {
  await sql`
    create or replace function ledger_ensure_partition(wanted_idx bigint) returns void
    language plpgsql security definer set search_path = public, pg_temp as $$
    declare
      part bigint := wanted_idx / 1048576;
      name text := 'ledger_leaf_' || part;
    begin
      if to_regclass(name) is not null then return; end if;
      if part not between 0 and 1 + (select size / 1048576 from ledger_head) then
        raise exception 'partition % is not the next one', part;
      end if;
      execute format('create table %I (like ledger_leaf including defaults including constraints including storage)
        with (toast_tuple_target = 8160)', name);
      execute format('alter table %I alter column leaf set statistics 0, alter column leaf_hash set statistics 0', name);
      execute format('alter table ledger_leaf attach partition %I for values from (%s) to (%s)',
        name, part * 1048576, (part + 1) * 1048576);
      -- Row triggers pass to a partition by themselves, those of TRUNCATE do not.
      execute format('create trigger ledger_leaf_is_not_truncated before truncate on %I
        for each statement execute function ledger_refuse_change()', name);
    end $$`.execute(db);
  await sql`
    do $$
    declare part regclass;
    begin
      for part in select inhrelid::regclass from pg_inherits where inhparent = 'ledger_leaf'::regclass loop
        execute format('alter table %s set (toast_tuple_target = 8160)', part);
      end loop;
    end $$`.execute(db);
}

/**
 * Of every 1,024 leaves, what can be found in them: their decisions' times, and as facets (\`key k1\`, \`model gpt-5\`, …)
 * whatever a query may ask of their decisions, and of the outcomes of these. A query looks only into blocks that have all
 * of what it asks for. It follows from the leaves, and costs appending nothing.
 */
async function createBlocks(db: Kysely<unknown>): Promise<void> {
  await sql`
    create table ledger_block (
      n bigint primary key check (n >= 0),
      -- Of its decisions; null when it has none.
      from_ms bigint,
      to_ms bigint,
      facets text[] not null
    )`.execute(db);
  await sql`create index ledger_block_by_facet on ledger_block using gin (facets)`.execute(db);
  await sql`grant select, insert, update on ledger_block to signalbox_ledger`.execute(db);
}
