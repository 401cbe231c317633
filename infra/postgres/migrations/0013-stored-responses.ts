import { sql, type Kysely } from "kysely";

/** Responses that callers asked to be kept, sealed: what is said in them can be read with the key of ingress alone. */
export async function up(db: Kysely<unknown>): Promise<void> {
  await sql`
    create table stored_response (
      tenant text not null references tenant (id),
      id text not null check (id ~ '^resp_[0-9a-f]{32}$'),
      created_at timestamptz not null,
      expires_at timestamptz not null check (expires_at > created_at),
      -- AES-256-GCM under a key of the tenant's: nonce, tag and ciphertext.
      sealed bytea not null check (length(sealed) > 28),
      size integer not null generated always as (length(sealed)) stored,
      primary key (tenant, id)
    )`.execute(db);
  await sql`create index stored_response_by_age on stored_response (tenant, created_at, id) include (size)`.execute(db);
  await sql`create index stored_response_expires_at on stored_response (expires_at)`.execute(db);
  await sql`grant select, insert, delete on stored_response to signalbox_ingress`.execute(db);
}

export async function down(db: Kysely<unknown>): Promise<void> {
  await sql`drop table stored_response`.execute(db);
}
