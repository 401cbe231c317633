import { sql, type Kysely } from "kysely";

/**
 * A budget's name is unique within its tenant, and its id over all: `acme/team-red`. Ids of earlier budgets are names alone, and so
 * are those of budgets of no one tenant.
 */
export async function up(db: Kysely<unknown>): Promise<void> {
  await sql`alter table budget drop constraint budget_id_check`.execute(db);
  await sql`
    alter table budget add constraint budget_id_check
      check (id ~ '^([a-z0-9][a-z0-9-]{0,62}/)?[a-z0-9][a-z0-9-]{0,62}$'),
    add column name text not null generated always as (regexp_replace(id, '^.*/', '')) stored`.execute(db);
  await sql`create unique index budget_name on budget (coalesce(tenant, ''), name)`.execute(db);
}
