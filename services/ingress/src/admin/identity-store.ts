import { type Kysely, sql } from "kysely";
import type { KeyDatabase } from "../keys/key-database.ts";
import type { AdminIdentity, IdentityChange, IdentityKind } from "./identity-forms.ts";
import { expectRoomForIdentity } from "./tenant-limits.ts";

type Db = Kysely<KeyDatabase>;

const LIST_MAX = 10_000;

type Row = {
  tenant: string;
  kind: IdentityKind;
  id: string;
  name: string;
  team: string | null;
  project: string | null;
  created_at: Date;
  disabled_at: Date | null;
};

type IdentityName = { readonly tenant: string; readonly kind: IdentityKind; readonly id: string };

type IdentitySpec = IdentityName & {
  readonly name: string;
  readonly team: string | null;
  readonly project: string | null;
  readonly by: string;
};

/** A tenant's identities of a kind, disabled ones too; or the one of an id. */
export async function readIdentities(
  db: Db,
  { tenant, kind, id = null }: { tenant: string; kind: IdentityKind; id?: string | null },
): Promise<AdminIdentity[]> {
  const { rows } = await sql<Row>`
    select tenant, kind, id, name, team, project, created_at, disabled_at from identity
    where tenant = ${tenant} and kind = ${kind} and (${id}::text is null or id = ${id})
    order by id limit ${LIST_MAX}`.execute(db);
  return rows.map(shown);
}

/** Undefined where the id is taken. Throws `invalid-request` where the tenant may have no more. */
export async function insertIdentity(db: Db, spec: IdentitySpec): Promise<AdminIdentity | undefined> {
  const { tenant, kind, id } = spec;
  if ((await readIdentities(db, { tenant, kind, id })).length > 0) return undefined;
  await expectRoomForIdentity(db, tenant, kind);
  const { rows } = await sql<Row>`
    insert into identity (tenant, kind, id, name, team, project, created_by)
    values (${tenant}, ${kind}, ${id}, ${spec.name}, ${spec.team}, ${spec.project}, ${spec.by})
    on conflict do nothing
    returning tenant, kind, id, name, team, project, created_at, disabled_at`.execute(db);
  return rows.map(shown)[0];
}

/** Changes the fields given, in the caller's transaction. Whatever is within the identity moves with it, keys included. */
export async function updateIdentity(db: Db, before: AdminIdentity, change: IdentityChange): Promise<void> {
  const { tenant, object: kind, id } = before;
  const { name = before.name, team = before.team, project = before.project } = change;
  const { disabled = before.disabledAt !== null } = change;
  await sql`
    update identity set name = ${name}, team = ${team}, project = ${project},
      disabled_at = case when ${disabled} then coalesce(disabled_at, now()) end
    where tenant = ${tenant} and kind = ${kind} and id = ${id}`.execute(db);
  if (team === before.team && project === before.project) return;
  if (kind === "project") {
    await sql`update identity set team = ${team} where tenant = ${tenant} and project = ${id}`.execute(db);
    await sql`update virtual_key set team = ${team} where tenant = ${tenant} and project = ${id}`.execute(db);
  } else if (kind !== "team") {
    const owner = sql.ref(kind === "user" ? "user_id" : "service_account");
    await sql`
      update virtual_key set team = ${team}, project = ${project}
      where tenant = ${tenant} and ${owner} = ${id}`.execute(db);
  }
}

function shown(row: Row): AdminIdentity {
  return {
    object: row.kind,
    tenant: row.tenant,
    id: row.id,
    name: row.name,
    team: row.team,
    project: row.project,
    createdAt: row.created_at.toISOString(),
    disabledAt: row.disabled_at?.toISOString() ?? null,
  };
}
