import { sql, type Kysely } from "kysely";

/** Teams, projects, users and service accounts of a tenant; and all that a virtual key may be bound to. */
export async function up(db: Kysely<unknown>): Promise<void> {
  await createIdentities(db);
  await widenKeys(db);
  await sql`grant select, insert, update on identity to signalbox_ingress`.execute(db);
  await sql`
    grant select (routes, endpoints, regions, user_id, service_account) on virtual_key to signalbox_policy`.execute(db);
}

async function createIdentities(db: Kysely<unknown>): Promise<void> {
  await sql`
    create table identity (
      tenant text not null references tenant (id),
      kind text not null check (kind in ('team', 'project', 'user', 'service-account')),
      id text not null check (length(id) between 1 and 64),
      name text not null check (length(name) between 1 and 128),
      -- What it is within.
      team text check (team is null or (kind <> 'team' and length(team) between 1 and 64)),
      project text check (
        project is null or (kind in ('user', 'service-account') and length(project) between 1 and 64)),
      created_at timestamptz not null default now(),
      created_by text not null check (length(created_by) between 1 and 128),
      -- From then on nobody speaks for it.
      disabled_at timestamptz,
      primary key (tenant, kind, id)
    )`.execute(db);
  // Who follows the keys hears of it by the same count.
  await sql`
    create trigger identity_changed after insert or delete or update on identity
    for each statement execute function bump_virtual_key_revision()`.execute(db);
  await sql`
    insert into identity (tenant, kind, id, name, created_by)
    select distinct tenant, 'team', team, team, 'migration' from virtual_key where team is not null
    union select distinct tenant, 'project', project, project, 'migration' from virtual_key where project is not null`.execute(
    db,
  );
}

async function widenKeys(db: Kysely<unknown>): Promise<void> {
  await sql`
    alter table virtual_key
      drop constraint virtual_key_role_check,
      add constraint virtual_key_role_check check (role in ('owner', 'admin', 'operator', 'auditor', 'member')),
      add column user_id text check (length(user_id) between 1 and 64),
      add column service_account text check (length(service_account) between 1 and 64),
      add constraint virtual_key_of_one check (user_id is null or service_account is null),
      -- Names of a policy's groups, patterns over endpoint ids and over regions; null: all of them.
      add column routes text[] check (cardinality(routes) between 1 and 64),
      add column endpoints text[] check (cardinality(endpoints) between 1 and 64),
      add column regions text[] check (cardinality(regions) between 1 and 32),
      -- What may be asked for; null: everything.
      add column operations text[] check (cardinality(operations) between 1 and 16),
      -- Where it may be used from, in CIDR notation; null: from anywhere.
      add column networks text[] check (cardinality(networks) between 1 and 64),
      -- A key that is short-lived ends so long after its secret was given out, and is renewed until it may be no more.
      add column lifetime_seconds integer check (lifetime_seconds between 60 and 2592000),
      add column renewable_until timestamptz,
      -- The secret before the present one holds a little longer, so that its users can change over.
      add column previous_hash bytea check (octet_length(previous_hash) = 32),
      add column previous_until timestamptz,
      add column secret_since timestamptz not null default now(),
      add constraint virtual_key_previous check ((previous_hash is null) = (previous_until is null))`.execute(db);
  await sql`drop trigger virtual_key_changed on virtual_key`.execute(db);
  await sql`
    create trigger virtual_key_changed
    after insert or delete or update of tenant, name, role, hash, revoked_at, expires_at, team, project, models, user_id,
      service_account, routes, endpoints, regions, operations, networks, lifetime_seconds, renewable_until, previous_hash,
      previous_until
    on virtual_key for each statement execute function bump_virtual_key_revision()`.execute(db);
}
