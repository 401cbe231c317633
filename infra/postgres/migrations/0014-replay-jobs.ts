import { sql, type Kysely } from "kysely";

/** Replays of ranges, with their results. */
export async function up(db: Kysely<unknown>): Promise<void> {
  await sql`
    create table replay_job (
      id uuid primary key,
      -- Null: over all tenants.
      tenant text,
      state text not null check (state in ('running', 'completed', 'cancelled', 'failed')),
      job jsonb not null,
      is_cancel_asked boolean not null default false,
      created_at timestamptz not null default now(),
      updated_at timestamptz not null default now()
    )`.execute(db);
  await sql`grant select, insert, update on replay_job to signalbox_ledger`.execute(db);
}
