import { SignalboxError } from "@signalbox/proto";
import { type Kysely, type RawBuilder, sql } from "kysely";
import type { KeyDatabase } from "../keys/key-database.ts";
import type { IdentityKind } from "./identity-forms.ts";

/** Keys that are not revoked: each instance holds all of them in memory. */
const KEYS_MAX = 10_000;
/** Identities of each kind, disabled ones too. */
const IDENTITIES_MAX = 10_000;
/** Budgets and limits in force, beside those of keys: policy looks at all of them for every request of the tenant. */
const BUDGETS_MAX = 1_000;

type Limited = {
  readonly what: string;
  readonly max: number;
  readonly fix: string;
  readonly rows: RawBuilder<unknown>;
};

/** Throws `invalid-request` when a tenant has as many keys as it may. In the transaction that makes another one. */
export function expectRoomForKey(db: Kysely<KeyDatabase>, tenant: string): Promise<void> {
  const rows = sql`virtual_key where tenant = ${tenant} and revoked_at is null`;
  const fix = "Revoke those that nobody uses, or give several users one key and name them in `user`";
  return expectRoom(db, tenant, { what: "keys", max: KEYS_MAX, fix, rows });
}

/** The same of teams, projects, users or service accounts. */
export function expectRoomForIdentity(db: Kysely<KeyDatabase>, tenant: string, kind: IdentityKind): Promise<void> {
  const rows = sql`identity where tenant = ${tenant} and kind = ${kind}`;
  const fix = `Reuse a ${kind} that is there, or leave it out and use tags`;
  return expectRoom(db, tenant, { what: `${kind}s`, max: IDENTITIES_MAX, fix, rows });
}

/** The same of budgets and limits that are not a key's own; null: those over all tenants. */
export function expectRoomForBudget(db: Kysely<KeyDatabase>, tenant: string | null): Promise<void> {
  const rows = sql`budget where tenant is not distinct from ${tenant}::text and key_id is null and retired_at is null`;
  const fix = "Delete those that are over, or make one with `each`, which gives everybody an account of its own";
  return expectRoom(db, tenant, { what: "budgets and limits", max: BUDGETS_MAX, fix, rows });
}

async function expectRoom(db: Kysely<KeyDatabase>, tenant: string | null, limited: Limited): Promise<void> {
  const { what, max, fix, rows } = limited;
  // The lock makes a concurrent transaction wait, so that it counts this one's row.
  await sql`select pg_advisory_xact_lock(hashtextextended(${`room for ${what} of ${tenant ?? ""}`}, 0))`.execute(db);
  const found = await sql<{ count: string }>`select count(*) from ${rows}`.execute(db);
  if (Number(found.rows[0]?.count) < max) return;
  const whose = tenant === null ? "The line" : `The tenant '${tenant}'`;
  throw new SignalboxError("invalid-request", `${whose} has ${max} ${what}, and may have no more. ${fix}.`, {
    details: { param: "tenant" },
  });
}
