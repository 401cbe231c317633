import type { SignalboxError } from "@signalbox/proto";
import { type Kysely, sql } from "kysely";
import { isForeignKeyViolation } from "../content/foreign-key.ts";
import { invalidParam } from "../http/invalid-param.ts";
import type { KeyDatabase } from "../keys/key-database.ts";
import { userDigest } from "../keys/user-digest.ts";
import type { BudgetScope, EachOf } from "./budget-forms.ts";
import type { BudgetTerms } from "./budget-row.ts";

const MICRO = 1_000_000;
/** The foreign key from a budget to its virtual key. */
const KEY_CONSTRAINT = "budget_key_id_fkey";

type BudgetSettings = {
  readonly terms: BudgetTerms;
  readonly timeZone: string;
  readonly alertAt: readonly number[];
  /** `block` unless given. */
  readonly atLimit?: "block" | "pass";
};

/** The id of a budget of this name; a null tenant: it is not one tenant's. */
export function budgetId(tenant: string | null | undefined, name: string): string {
  return tenant === null || tenant === undefined ? name : `${tenant}/${name}`;
}

/** False when the id is taken, also by a deleted budget, whose entries keep it for ever. */
export async function insertBudget(
  db: Kysely<KeyDatabase>,
  budget: {
    id: string;
    scope: BudgetScope;
    settings: BudgetSettings;
    by: string;
    each?: EachOf | undefined;
  },
): Promise<boolean> {
  const { id, scope, settings, by, each = null } = budget;
  const { kind, unit, amount, span, rollingMs } = settings.terms;
  const { tenant = null, key = null, team = null, project = null, user = null, tag = null } = scope;
  const endUser = scope.endUser === undefined ? null : await digestOfUser(db, tenant, scope.endUser);
  try {
    const { numAffectedRows = 0n } = await sql`
      insert into budget (id, tenant, key_id, team, project, end_user, tag, model, provider, kind, unit, amount, span,
        rolling_ms, time_zone, alert_shares, created_by, end_user_digest, each_of, at_limit)
      values (${id}, ${tenant}, ${key}, ${team}, ${project}, ${user}, ${tag}, ${scope.model ?? null},
        ${scope.provider ?? null}, ${kind}, ${unit}, ${String(amount)}, ${span}, ${rollingMs}, ${settings.timeZone},
        ${settings.alertAt.map(toMicro)}, ${by}, ${endUser}, ${each}, ${settings.atLimit ?? "block"})
      on conflict do nothing`.execute(db);
    return numAffectedRows > 0n;
  } catch (error) {
    if (!isForeignKeyViolation(error)) throw error;
    throw (error as { constraint?: string }).constraint === KEY_CONSTRAINT
      ? nothingOf("key", key ?? "")
      : nothingOf("tenant", tenant ?? "");
  }
}

/** False when no budget in force has this id. */
export async function updateBudget(
  db: Kysely<KeyDatabase>,
  id: string,
  { terms, timeZone, alertAt, atLimit = "block" }: BudgetSettings,
): Promise<boolean> {
  const { kind, unit, amount, span, rollingMs } = terms;
  const { numAffectedRows = 0n } = await sql`
    update budget set kind = ${kind}, unit = ${unit}, amount = ${String(amount)}, span = ${span},
      rolling_ms = ${rollingMs}, time_zone = ${timeZone}, alert_shares = ${alertAt.map(toMicro)}, at_limit = ${atLimit}
    where id = ${id} and retired_at is null`.execute(db);
  return numAffectedRows > 0n;
}

/** Ends a budget: no request is charged to it any more, and what was reserved is still settled. */
export async function retireBudget(db: Kysely<KeyDatabase>, id: string): Promise<boolean> {
  const { numAffectedRows = 0n } = await sql`
    update budget set retired_at = now() where id = ${id} and retired_at is null`.execute(db);
  return numAffectedRows > 0n;
}

/** Throws `invalid-request` for a user of no known tenant. */
async function digestOfUser(db: Kysely<KeyDatabase>, tenant: string | null, user: string): Promise<string> {
  if (tenant === null) throw invalidParam("scope.endUser", "it needs the tenant whose user it is");
  const digest = await userDigest(db, tenant, user);
  if (digest === null) throw nothingOf("tenant", tenant);
  return digest;
}

function nothingOf(part: "tenant" | "key", name: string): SignalboxError {
  return invalidParam(`scope.${part}`, `there is no ${part} '${name}'`);
}

function toMicro(share: number): number {
  return Math.round(share * MICRO);
}
