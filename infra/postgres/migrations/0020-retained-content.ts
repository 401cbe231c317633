import { sql, type Kysely } from "kysely";

/** What was asked and answered, for tenants whose content is retained; encrypted, each tenant's under a key of its own. */
export async function up(db: Kysely<unknown>): Promise<void> {
  await sql`
    create table content_key (
      id uuid primary key default gen_random_uuid(),
      tenant text not null unique references tenant (id),
      -- A part of the key; the other one is in no database. Deleting it is the erasure of all that was kept under it.
      key bytea not null check (octet_length(key) = 32),
      created_at timestamptz not null default now()
    )`.execute(db);
  await sql`
    create table retained_content (
      request_id uuid primary key,
      tenant text not null,
      key_id uuid not null references content_key (id) on delete cascade,
      created_at timestamptz not null,
      expires_at timestamptz not null check (expires_at > created_at),
      -- AES-256-GCM under a key of the tenant's: nonce, tag and ciphertext.
      sealed bytea not null check (length(sealed) > 28),
      size integer not null generated always as (length(sealed)) stored
    )`.execute(db);
  await sql`create index retained_content_by_age on retained_content (tenant, created_at, request_id) include (size, expires_at)`.execute(
    db,
  );
  await sql`create index retained_content_of_key on retained_content (key_id)`.execute(db);
  await sql`grant select, insert, delete on content_key, retained_content to signalbox_ingress`.execute(db);
}
