import { sql, type Kysely } from "kysely";

/** Which reports of replays stand in the log as leaves, and documents that are tried on what was recorded. */
export async function up(db: Kysely<unknown>): Promise<void> {
  await sql`alter table replay_job add column is_recorded boolean not null default false`.execute(db);
  // What has ended before anybody recorded reports is not recorded late.
  await sql`update replay_job set is_recorded = true where state <> 'running'`.execute(db);
  await sql`create index replay_job_unrecorded on replay_job (id) where not is_recorded`.execute(db);
  await sql`create index ledger_leaf_of_replays on ledger_leaf (key_id) where type = 'replay'`.execute(db);
  await sql`grant insert on document to signalbox_ledger`.execute(db);
}
