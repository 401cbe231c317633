import { sql, type Kysely } from "kysely";

/** Old reports of replays make room for new ones, and what erases content erases the answers that the cache has of it. */
export async function up(db: Kysely<unknown>): Promise<void> {
  await sql`grant delete on replay_job to signalbox_ledger`.execute(db);
  await sql`create index replay_job_running on replay_job (updated_at) where state = 'running'`.execute(db);
  await sql`grant select (entry_id, tenant, key, created_at), delete on cache_entry to signalbox_ingress`.execute(db);
}
