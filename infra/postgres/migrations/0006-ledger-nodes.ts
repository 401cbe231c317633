import { sql, type Kysely } from "kysely";

/**
 * What tiles above the leaves hold: `hash` is the root over leaves [n * 256^level, (n + 1) * 256^level). It follows from
 * the leaves alone and is kept so that no proof reads more than a few hundred hashes.
 */
export async function up(db: Kysely<unknown>): Promise<void> {
  await sql`
    create table ledger_node (
      level smallint not null check (level between 1 and 7),
      n bigint not null check (n >= 0),
      hash bytea not null check (octet_length(hash) = 32),
      primary key (level, n)
    )`.execute(db);
  await sql`
    create trigger ledger_node_stays before update or delete on ledger_node
    for each row execute function ledger_refuse_change()`.execute(db);
  await sql`
    create trigger ledger_node_is_not_truncated before truncate on ledger_node
    for each statement execute function ledger_refuse_change()`.execute(db);
  await sql`grant select, insert on ledger_node to signalbox_ledger`.execute(db);
}
