import { sql, type Kysely } from "kysely";

/** What the outgoing key and the new one have signed about a rotation of the log's key; null for the first key. */
export async function up(db: Kysely<unknown>): Promise<void> {
  await sql`alter table ledger_log_key add column statement text check (length(statement) <= 4096)`.execute(db);
}
