import { SignalboxError } from "@signalbox/proto";
import { type Kysely, sql } from "kysely";
import type { KeyDatabase } from "../keys/key-database.ts";
import type { AdminBudget, BudgetScope } from "./budget-forms.ts";
import { type BudgetTerms, limitOf, windowOf } from "./budget-row.ts";

const MICRO = 1_000_000;
const LIST_MAX = 10_000;
const FOREIGN_KEY_VIOLATION = "23503";

export type BudgetSettings = {
  readonly terms: BudgetTerms;
  readonly timeZone: string;
  readonly alertAt: readonly number[];
};

type Row = {
  id: string;
  scope: BudgetScope;
  kind: BudgetTerms["kind"];
  unit: BudgetTerms["unit"];
  amount: string;
  span: BudgetTerms["span"];
  rolling_ms: string | null;
  time_zone: string;
  alert_shares: number[];
  created_at: Date;
  starts_ms: string | null;
  ends_ms: string | null;
  settled: string;
  outstanding: string;
  escrow: string;
  excess: string;
  alerts: { share: number; at: string }[];
};

/** Budgets that are charged, by name; with what of the window that holds now is spent and promised. */
export async function readBudgets(
  db: Kysely<KeyDatabase>,
  only: { id?: string; keyIds?: readonly string[] } = {},
): Promise<AdminBudget[]> {
  const { id = null, keyIds = null } = only;
  const { rows } = await sql<Row>`
    select b.id, b.kind, b.unit, b.amount, b.span, b.rolling_ms, b.time_zone, b.alert_shares, b.created_at,
      jsonb_strip_nulls(jsonb_build_object('tenant', tenant, 'key', key_id, 'team', team, 'project', project,
        'user', end_user, 'tag', tag, 'model', model, 'provider', provider)) as scope,
      a.starts_ms, a.ends_ms, coalesce(a.settled - a.rolled_off, 0) as settled, coalesce(a.outstanding, 0) as outstanding,
      coalesce(a.escrow, 0) as escrow, coalesce(a.excess, 0) as excess,
      coalesce((select jsonb_agg(jsonb_build_object('share', share, 'at', at) order by share)
        from budget_alert where account = a.id), '[]') as alerts
    from budget b left join lateral (
      select * from budget_account where budget = b.id
        and (ends_ms is null and b.span in ('rolling', 'total')
          or starts_ms <= ${Date.now()} and ends_ms > ${Date.now()} and b.span not in ('rolling', 'total'))
      order by starts_ms desc limit 1
    ) a on true
    where retired_at is null and (${id}::text is null or b.id = ${id})
      and (${keyIds}::text[] is null or b.key_id = any(${keyIds}::text[]))
    order by b.id collate "C" limit ${LIST_MAX}`.execute(db);
  return rows.map(rendered);
}

/** False when the name is taken, also by one that was deleted: its entries bear it for ever. */
export async function insertBudget(
  db: Kysely<KeyDatabase>,
  budget: { name: string; scope: BudgetScope; settings: BudgetSettings; by: string },
): Promise<boolean> {
  const { name, scope, settings, by } = budget;
  const { kind, unit, amount, span, rollingMs } = settings.terms;
  const { tenant = null, key = null, team = null, project = null, user = null, tag = null } = scope;
  try {
    const { numAffectedRows = 0n } = await sql`
      insert into budget (id, tenant, key_id, team, project, end_user, tag, model, provider, kind, unit, amount, span,
        rolling_ms, time_zone, alert_shares, created_by)
      values (${name}, ${tenant}, ${key}, ${team}, ${project}, ${user}, ${tag}, ${scope.model ?? null},
        ${scope.provider ?? null}, ${kind}, ${unit}, ${String(amount)}, ${span}, ${rollingMs}, ${settings.timeZone},
        ${settings.alertAt.map(toMicro)}, ${by})
      on conflict do nothing`.execute(db);
    return numAffectedRows > 0n;
  } catch (error) {
    if ((error as { code?: string }).code !== FOREIGN_KEY_VIOLATION) throw error;
    const problem = "Invalid 'scope': there is no such tenant or key.";
    throw new SignalboxError("invalid-request", problem, { details: { param: "scope" } });
  }
}

/** False when there is none of that name that is charged. */
export async function updateBudget(
  db: Kysely<KeyDatabase>,
  name: string,
  { terms, timeZone, alertAt }: BudgetSettings,
): Promise<boolean> {
  const { kind, unit, amount, span, rollingMs } = terms;
  const { numAffectedRows = 0n } = await sql`
    update budget set kind = ${kind}, unit = ${unit}, amount = ${String(amount)}, span = ${span},
      rolling_ms = ${rollingMs}, time_zone = ${timeZone}, alert_shares = ${alertAt.map(toMicro)}
    where id = ${name} and retired_at is null`.execute(db);
  return numAffectedRows > 0n;
}

/** It is charged no more; what was reserved of it is still settled. */
export async function retireBudget(db: Kysely<KeyDatabase>, name: string): Promise<boolean> {
  const { numAffectedRows = 0n } = await sql`
    update budget set retired_at = now() where id = ${name} and retired_at is null`.execute(db);
  return numAffectedRows > 0n;
}

function toMicro(share: number): number {
  return Math.round(share * MICRO);
}

function rendered(row: Row): AdminBudget {
  const terms: BudgetTerms = {
    kind: row.kind,
    unit: row.unit,
    amount: BigInt(row.amount),
    span: row.span,
    rollingMs: row.rolling_ms === null ? null : Number(row.rolling_ms),
  };
  const [spent, reserved, leased] = [BigInt(row.settled), BigInt(row.outstanding), BigInt(row.escrow)];
  return {
    object: "budget",
    name: row.id,
    scope: row.scope,
    limit: limitOf(terms),
    window: windowOf(terms),
    timeZone: row.time_zone,
    alertAt: row.alert_shares.map((share) => share / MICRO),
    createdAt: row.created_at.toISOString(),
    current: {
      unit: row.unit,
      startsAt: row.starts_ms === null || row.starts_ms === "0" ? null : new Date(Number(row.starts_ms)).toISOString(),
      endsAt: row.ends_ms === null ? null : new Date(Number(row.ends_ms)).toISOString(),
      limit: row.amount,
      spent: String(spent),
      reserved: String(reserved),
      leased: String(leased),
      left: String(terms.amount - spent - reserved),
      excess: row.excess,
      alerts: row.alerts.map(({ share, at }) => ({ share: share / MICRO, at: new Date(at).toISOString() })),
    },
  };
}
