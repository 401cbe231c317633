import { SignalboxError } from "@signalbox/proto";
import { type Kysely, type RawBuilder, sql } from "kysely";
import { reaches } from "../identity/reach.ts";
import { ensureTenant } from "../keys/ensure-tenant.ts";
import type { KeyDatabase } from "../keys/key-database.ts";
import type { Principal } from "../keys/key-ring.ts";
import { generateSecretKey, hashKey } from "../keys/secret-key.ts";
import { ALERT_AT_DEFAULT } from "./budget-forms.ts";
import { insertBudget, retireBudget, updateBudget } from "./budget-store.ts";
import type { AdminIdentity } from "./identity-forms.ts";
import { type KeyRow, settingColumns, SHOWN_COLUMNS, shownKey } from "./key-columns.ts";
import { KEY_PARTS, keyBudgetId, keyTerms, shownTerms } from "./key-budgets.ts";
import type { AdminKey, KeyChange, NewKey } from "./key-forms.ts";
import { type Place, placeWithin } from "./place-key.ts";
import { readBudgets } from "./read-budgets.ts";
import { expectRoomForKey } from "./tenant-limits.ts";

const LIST_MAX = 10_000;

type KeyFilter = { readonly id?: string | null; readonly tenant?: string | null };

/** Keys, revoked and expired ones too, oldest first; those of a tenant, or the one of an id. */
export async function listKeys(
  db: Kysely<KeyDatabase>,
  { id = null, tenant = null }: KeyFilter,
): Promise<Omit<AdminKey, "budget" | "limits">[]> {
  const { rows } = await sql<KeyRow>`
    select ${SHOWN_COLUMNS} from virtual_key
    where (${id}::text is null or id = ${id}) and (${tenant}::text is null or tenant = ${tenant})
    order by created_at, id limit ${LIST_MAX}`.execute(db);
  return rows.map(shownKey);
}

/** The same with their budgets and limits. */
export async function readKeys(db: Kysely<KeyDatabase>, filter: KeyFilter): Promise<AdminKey[]> {
  const keys = await listKeys(db, filter);
  const budgets = await readBudgets(db, { keyIds: keys.map(({ id }) => id) });
  const byKey = Map.groupBy(budgets, ({ scope }) => scope.key);
  return keys.map((key) => ({ ...key, ...shownTerms(key.id, byKey.get(key.id) ?? []) }));
}

/** A key by its id. Throws `not-found`, also for a key that `asking` does not reach; null reaches every key. */
export async function presentKey(db: Kysely<KeyDatabase>, id: string, asking: Principal | null): Promise<AdminKey> {
  const [key] = await readKeys(db, { id });
  if (key === undefined || (asking !== null && !reaches(asking, key.tenant)))
    throw new SignalboxError("not-found", "There is no key of this id.");
  return key;
}

/** Whether a tenant has an owner's key, with which alone owners' keys are made and changed. */
export async function hasOwner(db: Kysely<KeyDatabase>, tenant: string): Promise<boolean> {
  const { rows } = await sql`
    select from virtual_key where tenant = ${tenant} and role = 'owner' and revoked_at is null limit 1`.execute(db);
  return rows.length > 0;
}

type MadeKeyParts = { readonly id: string; readonly secret: string; readonly made: readonly AdminIdentity[] };

/** Makes a key with its budget and limits in the caller's transaction, so that no request of it escapes them. */
export async function makeKey(
  db: Kysely<KeyDatabase>,
  spec: NewKey & { readonly tenant: string },
  { pepper, by }: { pepper: Uint8Array; by: string },
): Promise<MadeKeyParts> {
  const { id, secretKey } = generateSecretKey();
  const { tenant, name, role, lifetimeSeconds = null, expiresAt = null } = spec;
  await expectRoomForKey(db, tenant);
  await ensureTenant(db, tenant);
  const { place, made } = await placeWithin({ ...NOWHERE, ...placeOf(spec) }, { db, tenant, by });
  const settings = settingColumns({ ...spec, ...place });
  await sql`
    insert into virtual_key (id, tenant, name, role, hash, lifetime_seconds, renewable_until, expires_at,
      ${sql.join(settings.map(({ column }) => column))})
    values (${id}, ${tenant}, ${name}, ${role}, ${hashKey(secretKey, pepper)}, ${lifetimeSeconds},
      ${lifetimeSeconds === null ? null : expiresAt},
      least(${expiresAt}::timestamptz, now() + make_interval(secs => ${lifetimeSeconds}::integer)),
      ${sql.join(settings.map(({ value }) => value))})`.execute(db);
  await setTerms(db, { id, tenant, by }, spec);
  return { id, secret: secretKey, made };
}

/**
 * Changes the given settings of a key in the caller's transaction, and returns the identities that were made with that; null
 * when the key is revoked.
 */
export async function changeKey(
  db: Kysely<KeyDatabase>,
  key: AdminKey,
  { change, by }: { change: KeyChange; by: string },
): Promise<readonly AdminIdentity[] | null> {
  const { id, tenant } = key;
  const { place, made } = await placeWithin({ ...NOWHERE, ...placeOf(key), ...placeOf(change) }, { db, tenant, by });
  const settings = settingColumns({ ...change, ...place });
  const { numAffectedRows = 0n } = await sql`
    update virtual_key set ${sql.join(settings.map(({ column, value }) => sql`${column} = ${value}`))},
      name = coalesce(${change.name ?? null}, name), ${expiryOf(change)}
    where id = ${id} and revoked_at is null`.execute(db);
  if (numAffectedRows === 0n) return null;
  await setTerms(db, { id, tenant, by }, change);
  return made;
}

/** A short-lived key ends no later than it may be renewed. */
function expiryOf({ expiresAt }: KeyChange): RawBuilder<unknown> {
  if (expiresAt === undefined) return sql`expires_at = expires_at`;
  return sql`
    expires_at = case when lifetime_seconds is null then ${expiresAt}::timestamptz
      else least(${expiresAt}::timestamptz, expires_at) end,
    renewable_until = case when lifetime_seconds is not null then ${expiresAt}::timestamptz end`;
}

const NOWHERE: Place = { team: null, project: null, user: null, serviceAccount: null };

/** The parts of a place that are given. */
function placeOf(said: { readonly [part in keyof Place]?: string | null | undefined }): Partial<Place> {
  const parts = Object.keys(NOWHERE) as (keyof Place)[];
  return Object.fromEntries(parts.flatMap((part) => (said[part] === undefined ? [] : [[part, said[part]]])));
}

async function setTerms(
  db: Kysely<KeyDatabase>,
  { id, tenant, by }: { id: string; tenant: string; by: string },
  change: Pick<KeyChange, "budget" | "limits">,
): Promise<void> {
  const wanted = keyTerms(change);
  for (const part of KEY_PARTS) {
    const terms = wanted[part];
    if (terms === undefined) continue;
    const budget = keyBudgetId(id, part);
    if (terms === null) {
      await retireBudget(db, budget);
      continue;
    }
    const settings = { ...terms, alertAt: part === "budget" ? ALERT_AT_DEFAULT : [] };
    if (await insertBudget(db, { id: budget, scope: { tenant, key: id }, settings, by })) continue;
    await sql`update budget set retired_at = null where id = ${budget}`.execute(db);
    await updateBudget(db, budget, settings);
  }
}
