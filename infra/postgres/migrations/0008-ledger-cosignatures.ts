import { sql, type Kysely } from "kysely";

/** What witnesses signed of checkpoints, under the names that the policy gives them, and which have a quorum of them. */
export async function up(db: Kysely<unknown>): Promise<void> {
  await sql`
    create table ledger_cosignature (
      size bigint not null references ledger_checkpoint (size),
      witness text not null check (length(witness) between 1 and 255),
      line text not null,
      primary key (size, witness)
    )`.execute(db);
  await sql`create index ledger_cosignature_by_witness on ledger_cosignature (witness, size)`.execute(db);
  await sql`
    create table ledger_witnessed (
      size bigint primary key references ledger_checkpoint (size)
    )`.execute(db);
  await sql`grant select, insert on ledger_cosignature, ledger_witnessed to signalbox_ledger`.execute(db);
}
