import { sql, type Kysely } from "kysely";

/**
 * Of every full tile of leaves (256 of them), all nodes of its tree below the root, level by level from the leaves' hashes
 * up: 256, 128, … and 2 hashes. A proof takes one of each level, and so reads one row where it would read 256 wide ones.
 * It follows from the leaves, and a tile that is not here is put together from them.
 */
export async function up(db: Kysely<unknown>): Promise<void> {
  await sql`
    create table ledger_tile (
      n bigint primary key check (n >= 0),
      nodes bytea not null check (octet_length(nodes) = 510 * 32)
    )`.execute(db);
  // Hashes do not compress, and what is not compressed is read in slices.
  await sql`alter table ledger_tile alter column nodes set storage external, alter column nodes set statistics 0`.execute(
    db,
  );
  await sql`
    create trigger ledger_tile_stays before update or delete on ledger_tile
    for each row execute function ledger_refuse_change()`.execute(db);
  await sql`
    create trigger ledger_tile_is_not_truncated before truncate on ledger_tile
    for each statement execute function ledger_refuse_change()`.execute(db);
  await sql`grant select, insert on ledger_tile to signalbox_ledger`.execute(db);
}
