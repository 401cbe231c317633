import { sql, type Kysely } from "kysely";

/**
 * What of the line's settings was in force last, by digest: when another one is, the register says that it changed. And
 * which activations of policies it has said, so that one that it could not take is said later.
 */
export async function up(db: Kysely<unknown>): Promise<void> {
  await sql`
    create table setting_in_force (
      object text primary key check (object in ('catalogue', 'prices', 'config')),
      digest text not null check (digest ~ '^sha256:[0-9a-f]{64}$'),
      at timestamptz not null default clock_timestamp()
    )`.execute(db);
  await sql`grant select, insert, update on setting_in_force to signalbox_policy`.execute(db);
  // Of those from before nobody knows; they were tried.
  await sql`alter table policy_activation add column is_recorded boolean not null default true`.execute(db);
  await sql`alter table policy_activation alter column is_recorded set default false`.execute(db);
  await sql`grant update (is_recorded) on policy_activation to signalbox_policy`.execute(db);
  await sql`create index policy_activation_unrecorded on policy_activation (seq) where not is_recorded`.execute(db);
}
