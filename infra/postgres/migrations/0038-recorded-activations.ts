import { sql, type Kysely } from "kysely";

/**
 * An activation and its event are written in one transaction, so nothing is left to be said of whether it is recorded.
 * The column stays for policy processes that still write it while a line is brought up to date; nobody reads it.
 */
export async function up(db: Kysely<unknown>): Promise<void> {
  await sql`drop index policy_activation_unrecorded`.execute(db);
  await sql`alter table policy_activation alter column is_recorded set default true`.execute(db);
}
