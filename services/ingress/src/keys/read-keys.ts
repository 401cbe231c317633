import { createSecretKey, type KeyObject } from "node:crypto";
import type { Operation, Role } from "@signalbox/proto";
import { sql, type Kysely } from "kysely";
import { callerIdentity, type CallerIdentity } from "../identity/caller-identity.ts";
import { networksOf } from "../identity/origin.ts";
import type { Reach } from "../identity/right.ts";
import type { KeyDatabase } from "./key-database.ts";
import type { FoundKey, Principal } from "./key-ring.ts";

/** A key as it is compared with what callers send. */
export type KeyEntry = {
  readonly found: Extract<FoundKey, { kind: "valid" }>;
  readonly hash: Buffer;
  readonly expiresAt: Date | null;
  /** The previous secret, which is accepted until `untilMs`. */
  readonly previous: {
    readonly hash: Buffer;
    readonly untilMs: number;
    /** The bearer, marked `outgoing`: it cannot renew the key. */
    readonly found: KeyEntry["found"];
  } | null;
};

/** All keys, tenants and disabled identities, as they were read at one time. */
export type KeyState = {
  /** By id; without revoked keys and keys of disabled identities. */
  readonly entries: ReadonlyMap<string, KeyEntry>;
  /** The HMAC key of each tenant's digests. */
  readonly tenants: ReadonlyMap<string, KeyObject>;
  /** Whether a bearer, or anything that it belongs to, is disabled. */
  isDisabled(tenant: string, identity: CallerIdentity): boolean;
  /** How far the rights of a tenant's bearers reach. */
  reachOf(tenant: string): Reach;
};

export const NO_KEYS: KeyState = {
  entries: new Map(),
  tenants: new Map(),
  isDisabled: () => false,
  reachOf: () => "tenant",
};

type Row = {
  id: string;
  tenant: string;
  role: Role;
  hash: Buffer;
  expires_at: Date | null;
  previous_hash: Buffer | null;
  previous_until: Date | null;
  team: string | null;
  project: string | null;
  user_id: string | null;
  service_account: string | null;
  networks: string[] | null;
  operations: Operation[] | null;
};

export async function readKeyState(db: Kysely<KeyDatabase>, operatorTenant: string): Promise<KeyState> {
  const reachOf = (tenant: string): Reach => (tenant === operatorTenant ? "line" : "tenant");
  const tenants = await readTenants(db);
  const isDisabled = await readDisabled(db);
  const { rows } = await sql<Row>`
    select id, tenant, role, hash, expires_at, previous_hash, previous_until, team, project, user_id, service_account,
      networks, operations
    from virtual_key where revoked_at is null`.execute(db);
  const entries = new Map<string, KeyEntry>();
  for (const row of rows) {
    const digestKey = tenants.get(row.tenant);
    // A tenant that was made between the two queries is read the next time; the revision has changed.
    if (digestKey === undefined) continue;
    const principal = principalOf(row, { digestKey, reach: reachOf(row.tenant) });
    if (principal.caller !== undefined && isDisabled(row.tenant, principal.caller)) continue;
    const { hash, expires_at: expiresAt } = row;
    entries.set(row.id, { found: { kind: "valid", principal }, hash, expiresAt, previous: previousOf(row, principal) });
  }
  return { entries, tenants, isDisabled, reachOf };
}

function principalOf(row: Row, known: Pick<Principal, "digestKey" | "reach">): Principal {
  const { id: keyId, tenant, role, team, project, user_id: user, service_account: serviceAccount } = row;
  const caller = callerIdentity({ team, project, user, serviceAccount, role });
  return {
    keyId,
    tenant,
    role,
    ...known,
    ...(caller === undefined ? {} : { caller }),
    ...(row.networks === null ? {} : { networks: networksOf(row.networks) }),
    ...(row.operations === null ? {} : { operations: new Set(row.operations) }),
  };
}

function previousOf({ previous_hash: hash, previous_until: until }: Row, principal: Principal): KeyEntry["previous"] {
  if (hash === null || until === null) return null;
  return { hash, untilMs: until.getTime(), found: { kind: "valid", principal: { ...principal, outgoing: true } } };
}

async function readTenants(db: Kysely<KeyDatabase>): Promise<Map<string, KeyObject>> {
  const rows = await db.selectFrom("tenant").select(["id", "digest_key"]).execute();
  return new Map(rows.map(({ id, digest_key: digestKey }) => [id, createSecretKey(digestKey)]));
}

/** Reads the disabled identities, and with them whatever is within a disabled team or project. */
async function readDisabled(db: Kysely<KeyDatabase>): Promise<KeyState["isDisabled"]> {
  const { rows } = await sql<{ tenant: string; kind: string; id: string }>`
    select i.tenant, i.kind, i.id from identity i
    left join identity p on p.tenant = i.tenant and p.kind = 'project' and p.id = i.project
    left join identity t on t.tenant = i.tenant and t.kind = 'team' and t.id = coalesce(i.team, p.team)
    where i.disabled_at is not null or p.disabled_at is not null or t.disabled_at is not null`.execute(db);
  if (rows.length === 0) return () => false;
  const names = new Set(rows.map(({ tenant, kind, id }) => `${tenant} ${kind} ${id}`));
  return (tenant, { team, project, user, serviceAccount }) =>
    names.has(`${tenant} team ${team}`) ||
    names.has(`${tenant} project ${project}`) ||
    names.has(`${tenant} user ${user}`) ||
    names.has(`${tenant} service-account ${serviceAccount}`);
}
