import { sql, type Kysely } from "kysely";

/**
 * Changes of the line and their events are written in one transaction, by ingress and by policy; what is sent stands here,
 * byte for byte, from before it is sent for the first time.
 */
export async function up(db: Kysely<unknown>): Promise<void> {
  await sql`alter table admin_outbox add column envelope bytea`.execute(db);
  await sql`create index admin_outbox_at on admin_outbox (at)`.execute(db);
  await sql`grant select, insert, update, delete on admin_outbox to signalbox_policy`.execute(db);
  await sql`
    insert into admin_outbox (id, at, event)
    select gen_random_uuid(), a.at, jsonb_build_object(
      'schema', 'signalbox.event.admin.v1', 'tenant', '_signalbox', 'requestId', null, 'object', 'policy',
      'change', 'activated', 'id', coalesce(a.version, 'configuration'), 'of', null, 'by', a.actor,
      'before', a.previous, 'after', a.document,
      'base', (select b.version from policy_activation b where b.seq < a.seq order by b.seq desc limit 1))
    from policy_activation a where not a.is_recorded`.execute(db);
  await sql`update policy_activation set is_recorded = true where not is_recorded`.execute(db);
}
