import { sql, type Kysely } from "kysely";

/** Complete answers, kept for their tenants; the latest of each key stands. */
export async function up(db: Kysely<unknown>): Promise<void> {
  await sql`
    create table cache_entry (
      entry_id uuid primary key,
      tenant text not null,
      key text not null check (key ~ '^[0-9a-f]{64}$'),
      endpoint text not null,
      dialect text not null,
      usage jsonb not null,
      body bytea not null check (length(body) > 0),
      size integer not null generated always as (length(body)) stored,
      created_at timestamptz not null,
      expires_at timestamptz not null check (expires_at > created_at),
      unique (tenant, key)
    )`.execute(db);
  await sql`create index cache_entry_created_at on cache_entry (created_at, entry_id)`.execute(db);
  await sql`create index cache_entry_expires_at on cache_entry (expires_at)`.execute(db);
  await sql`grant select, insert, update, delete on cache_entry to signalbox_cache`.execute(db);
}
