import { randomBytes } from "node:crypto";
import { type Kysely, sql } from "kysely";
import type { KeyDatabase, KeyRole } from "../keys/key-database.ts";
import { generateSecretKey, hashKey } from "../keys/secret-key.ts";
import { insertBudget, readBudgets, retireBudget, updateBudget } from "./budget-store.ts";
import { KEY_PARTS, keyBudgetName, keyTerms, shownTerms } from "./key-budgets.ts";
import type { AdminKey, KeyChange, NewKey } from "./key-forms.ts";

const DIGEST_KEY_BYTES = 32;
const LIST_MAX = 10_000;
const ALERT_AT = [0.8];

type Row = {
  id: string;
  tenant: string;
  name: string;
  role: KeyRole;
  team: string | null;
  project: string | null;
  models: string[] | null;
  created_at: Date;
  expires_at: Date | null;
  revoked_at: Date | null;
  last_used_at: Date | null;
};

/** Keys, revoked and expired ones too, oldest first; or the one of an id. */
export async function readKeys(db: Kysely<KeyDatabase>, id: string | null = null): Promise<AdminKey[]> {
  const { rows } = await sql<Row>`
    select id, tenant, name, role, team, project, models, created_at, expires_at, revoked_at, last_used_at
    from virtual_key where ${id}::text is null or id = ${id} order by created_at, id limit ${LIST_MAX}`.execute(db);
  const budgets = await readBudgets(db, { keyIds: rows.map((row) => row.id) });
  const byKey = Map.groupBy(budgets, ({ scope }) => scope.key);
  return rows.map((row) => ({
    object: "key",
    id: row.id,
    tenant: row.tenant,
    name: row.name,
    role: row.role,
    team: row.team,
    project: row.project,
    models: row.models,
    ...shownTerms(row.id, byKey.get(row.id) ?? []),
    createdAt: row.created_at.toISOString(),
    expiresAt: row.expires_at?.toISOString() ?? null,
    revokedAt: row.revoked_at?.toISOString() ?? null,
    lastUsedAt: row.last_used_at?.toISOString() ?? null,
  }));
}

/** A key with its budget and limits, all at once: no request of it is ever charged to less than these. */
export async function makeKey(
  db: Kysely<KeyDatabase>,
  wish: NewKey & { readonly tenant: string },
  context: { pepper: Uint8Array; by: string },
): Promise<{ id: string; secret: string }> {
  const { id, secretKey } = generateSecretKey();
  await db.transaction().execute(async (transaction) => {
    await sql`
      insert into tenant (id, digest_key) values (${wish.tenant}, ${randomBytes(DIGEST_KEY_BYTES)})
      on conflict do nothing`.execute(transaction);
    await sql`
      insert into virtual_key (id, tenant, name, role, hash, expires_at, team, project, models)
      values (${id}, ${wish.tenant}, ${wish.name}, ${wish.role}, ${hashKey(secretKey, context.pepper)},
        ${wish.expiresAt ?? null}, ${wish.team ?? null}, ${wish.project ?? null}, ${wish.models ?? null})`.execute(
      transaction,
    );
    await setTerms(transaction, { id, tenant: wish.tenant, by: context.by }, wish);
  });
  return { id, secret: secretKey };
}

/** Changes what is named of a key that is not revoked; false when there is none. */
export async function changeKey(
  db: Kysely<KeyDatabase>,
  key: Pick<AdminKey, "id" | "tenant">,
  { change, by }: { change: KeyChange; by: string },
): Promise<boolean> {
  const { name, team, project, models, expiresAt } = change;
  return db.transaction().execute(async (transaction) => {
    const { numAffectedRows = 0n } = await sql`
      update virtual_key set
        name = coalesce(${name ?? null}, name),
        team = case when ${team !== undefined} then ${team ?? null} else team end,
        project = case when ${project !== undefined} then ${project ?? null} else project end,
        models = case when ${models !== undefined} then ${models ?? null}::text[] else models end,
        expires_at = case when ${expiresAt !== undefined} then ${expiresAt ?? null}::timestamptz else expires_at end
      where id = ${key.id} and revoked_at is null`.execute(transaction);
    if (numAffectedRows === 0n) return false;
    await setTerms(transaction, { id: key.id, tenant: key.tenant, by }, change);
    return true;
  });
}

async function setTerms(
  db: Kysely<KeyDatabase>,
  { id, tenant, by }: { id: string; tenant: string; by: string },
  wish: Pick<KeyChange, "budget" | "limits">,
): Promise<void> {
  const wanted = keyTerms(wish);
  for (const part of KEY_PARTS) {
    const terms = wanted[part];
    if (terms === undefined) continue;
    const name = keyBudgetName(id, part);
    if (terms === null) {
      await retireBudget(db, name);
      continue;
    }
    const settings = { ...terms, alertAt: part === "budget" ? ALERT_AT : [] };
    if (await insertBudget(db, { name, scope: { tenant, key: id }, settings, by })) continue;
    await sql`update budget set retired_at = null where id = ${name}`.execute(db);
    await updateBudget(db, name, settings);
  }
}
