import { sql, type Kysely } from "kysely";

/** Changes that were made and whose record the register has not acknowledged yet. */
export async function up(db: Kysely<unknown>): Promise<void> {
  await sql`
    create table admin_outbox (
      id uuid primary key,
      at timestamptz not null default clock_timestamp(),
      -- As it is before it is signed; signing makes one spelling of it.
      event jsonb not null
    )`.execute(db);
  await sql`grant select, insert, update, delete on admin_outbox to signalbox_ingress`.execute(db);
}
