import { sql, type Kysely } from "kysely";

/** Which policy was in force from when on, and what was not let into force. Rows are added, never changed. */
export async function up(db: Kysely<unknown>): Promise<void> {
  await sql`
    create table policy_activation (
      seq bigint generated always as identity primary key,
      at timestamptz not null default clock_timestamp(),
      action text not null check (action in ('apply', 'rollback', 'base')),
      actor text not null check (length(actor) between 1 and 128),
      -- What an operator wrote; null when the configuration alone is in force.
      version text references document (digest),
      -- What decisions name from then on, and what they named before.
      document text not null references document (digest),
      previous text not null references document (digest)
    )`.execute(db);
  await sql`
    create table policy_refusal (
      seq bigint generated always as identity primary key,
      at timestamptz not null default clock_timestamp(),
      actor text not null check (length(actor) between 1 and 128),
      problems jsonb not null
    )`.execute(db);
  await sql`grant select, insert on policy_activation, policy_refusal to signalbox_policy`.execute(db);
}
