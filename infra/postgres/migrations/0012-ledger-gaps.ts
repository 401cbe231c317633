import { sql, type Kysely } from "kysely";

/** Events of the line itself belong to no request; and which of a producer's sequence numbers the register has seen. */
export async function up(db: Kysely<unknown>): Promise<void> {
  await sql`alter table ledger_leaf alter column request_id drop not null`.execute(db);
  // Numbers that have a leaf, or are named missing by one. It follows from the leaves and is kept so that a sequencer
  // need not read them all.
  await sql`
    create table ledger_sequence (
      service text not null,
      instance text not null,
      settled int8multirange not null,
      primary key (service, instance)
    )`.execute(db);
  await sql`grant select, insert, update on ledger_sequence to signalbox_ledger`.execute(db);
}
