import { sql, type Kysely } from "kysely";

/** Who a virtual key belongs to within its tenant, and which models it may use. */
export async function up(db: Kysely<unknown>): Promise<void> {
  await sql`
    alter table virtual_key
      add column team text check (length(team) between 1 and 64),
      add column project text check (length(project) between 1 and 64),
      -- Patterns over endpoint ids, models and families; null: all of them.
      add column models text[] check (cardinality(models) between 1 and 64)`.execute(db);
  await sql`drop trigger virtual_key_changed on virtual_key`.execute(db);
  await sql`
    create trigger virtual_key_changed
    after insert or delete or update of tenant, name, role, hash, revoked_at, expires_at, team, project, models
    on virtual_key for each statement execute function bump_virtual_key_revision()`.execute(db);
  await sql`grant select (id, tenant, team, project, models, revoked_at) on virtual_key to signalbox_policy`.execute(
    db,
  );
  // Who spent what: the columns that costs are reported by, and not the leaves.
  await sql`
    grant select (idx, type, tenant, request_id, decision_id, at_ms, key_id, kind, provider, model, cost)
    on ledger_leaf to signalbox_ingress`.execute(db);
}
