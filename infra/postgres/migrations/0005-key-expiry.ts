import { sql, type Kysely } from "kysely";

/** A virtual key may end by itself. */
export async function up(db: Kysely<unknown>): Promise<void> {
  await sql`alter table virtual_key add column expires_at timestamptz`.execute(db);
  // Every change of a key is counted, also one of the time at which it ends.
  await sql`drop trigger virtual_key_changed on virtual_key`.execute(db);
  await sql`
    create trigger virtual_key_changed
    after insert or delete or update of tenant, name, role, hash, revoked_at, expires_at on virtual_key
    for each statement execute function bump_virtual_key_revision()`.execute(db);
}
