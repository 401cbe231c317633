import { sql, type Kysely } from "kysely";

/** Tenants with the key of their digests, and the virtual keys that callers authenticate with. */
export async function up(db: Kysely<unknown>): Promise<void> {
  await sql`
    create table tenant (
      id text primary key check (id ~ '^[a-z0-9][a-z0-9-]{0,62}$'),
      -- The HMAC key of all digests in this tenant's leaves: deleting it is the erasure of what they were made from.
      digest_key bytea not null check (octet_length(digest_key) = 32),
      created_at timestamptz not null default now()
    )`.execute(db);
  await sql`
    create table virtual_key (
      id text primary key check (id ~ '^[0-9a-f]{12}$'),
      tenant text not null references tenant (id),
      name text not null check (length(name) between 1 and 128),
      role text not null check (role in ('member', 'admin')),
      -- HMAC-SHA256 of the whole secret key under the pepper, which is not in the database.
      hash bytea not null check (octet_length(hash) = 32),
      created_at timestamptz not null default now(),
      revoked_at timestamptz,
      last_used_at timestamptz
    )`.execute(db);
  await sql`create index virtual_key_by_tenant on virtual_key (tenant, created_at)`.execute(db);
  await createRevision(db);
  // A tenant is made with its first key; nothing here may change or delete one, so no service can destroy a digest key.
  await sql`grant select, insert on tenant to signalbox_ingress`.execute(db);
  await sql`grant select, insert, update on virtual_key to signalbox_ingress`.execute(db);
  await sql`grant select on virtual_key_revision to signalbox_ingress`.execute(db);
}

/**
 * One row that counts every change of a key, inside the change's own transaction: whoever sees the new count sees the
 * change as well, which neither a sequence nor the newest timestamp can promise.
 */
async function createRevision(db: Kysely<unknown>): Promise<void> {
  await sql`
    create table virtual_key_revision (
      one boolean primary key default true check (one),
      revision bigint not null
    )`.execute(db);
  await sql`insert into virtual_key_revision (revision) values (1)`.execute(db);
  await sql`
    create function bump_virtual_key_revision() returns trigger
    language plpgsql security definer set search_path = public, pg_temp as $$
    begin
      update virtual_key_revision set revision = revision + 1;
      return null;
    end $$`.execute(db);
  // The time of last use is no change of a key: nobody has to reload for it.
  await sql`
    create trigger virtual_key_changed
    after insert or delete or update of tenant, name, role, hash, revoked_at on virtual_key
    for each statement execute function bump_virtual_key_revision()`.execute(db);
}

export async function down(db: Kysely<unknown>): Promise<void> {
  await sql`drop table virtual_key, virtual_key_revision, tenant`.execute(db);
  await sql`drop function bump_virtual_key_revision()`.execute(db);
}
