import { sql, type Kysely } from "kysely";

/**
 * Who gave and took the keys that sign in the log. A key without `added_by` is from before this was asked, and the log
 * says nothing of it.
 */
export async function up(db: Kysely<unknown>): Promise<void> {
  await sql`
    alter table ledger_producer
      add column added_by text check (length(added_by) between 1 and 128),
      add column retired_by text check (length(retired_by) between 1 and 128)`.execute(db);
  // The keys that sign checkpoints.
  await sql`
    create table ledger_log_key (
      key_id text primary key,
      origin text not null,
      public_key bytea not null check (octet_length(public_key) = 32),
      added_at timestamptz not null default now(),
      added_by text not null check (length(added_by) between 1 and 128),
      retired_by text check (length(retired_by) between 1 and 128)
    )`.execute(db);
  await sql`grant select on ledger_log_key to signalbox_ledger`.execute(db);
  // Which changes of keys the log has said already.
  await sql`create index ledger_leaf_of_keys on ledger_leaf (key_id, kind) where type = 'key'`.execute(db);
}
