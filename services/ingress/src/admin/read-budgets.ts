import { type Kysely, type RawBuilder, sql } from "kysely";
import type { KeyDatabase } from "../keys/key-database.ts";
import type { AdminBudget, BudgetAccounts, BudgetScope, EachOf } from "./budget-forms.ts";
import { type BudgetTerms, limitOf, windowOf } from "./budget-row.ts";

const MICRO = 1_000_000;
const LIST_MAX = 10_000;
const ACCOUNTS_MAX = 1_000;
const ALERTS_MAX = 100;

type Row = {
  id: string;
  name: string;
  scope: BudgetScope;
  kind: BudgetTerms["kind"];
  unit: BudgetTerms["unit"];
  amount: string;
  span: BudgetTerms["span"];
  rolling_ms: string | null;
  time_zone: string;
  alert_shares: number[];
  each_of: EachOf | null;
  at_limit: "block" | "pass";
  created_at: Date;
  starts_ms: string | null;
  ends_ms: string | null;
  settled: string;
  outstanding: string;
  escrow: string;
  excess: string;
  left: string;
  accounts: string | null;
  alerts: { share: number; at: string; told: string | null; subject: string }[];
};

/** Filters; a name may be that of several tenants' budgets. */
type Only = { id?: string; name?: string; keyIds?: readonly string[]; tenant?: string | null };

/** The budgets in force, sorted by id, with what is spent, reserved and leased in the present window. */
export async function readBudgets(db: Kysely<KeyDatabase>, only: Only = {}): Promise<AdminBudget[]> {
  const { id = null, name = null, keyIds = null, tenant = null } = only;
  const { rows } = await sql<Row>`
    select b.id, b.name, b.kind, b.unit, b.amount, b.span, b.rolling_ms, b.time_zone, b.alert_shares, b.created_at, b.each_of, b.at_limit,
      jsonb_strip_nulls(jsonb_build_object('tenant', tenant, 'key', key_id, 'team', team, 'project', project,
        'user', end_user, 'endUser', end_user_digest, 'tag', tag, 'model', model, 'provider', provider)) as scope,
      a.starts_ms, a.ends_ms, coalesce(a.settled, 0) as settled, coalesce(a.outstanding, 0) as outstanding,
      coalesce(a.escrow, 0) as escrow, coalesce(a.excess, 0) as excess, b.amount - coalesce(a.most_used, 0) as left,
      case when b.each_of is not null then coalesce(a.accounts, 0) end as accounts,
      coalesce((select jsonb_agg(jsonb_build_object('share', c.share, 'at', c.at, 'told', c.told_at,
          'subject', o.subject) order by c.at, c.share)
        from (select * from budget_alert where account = any(a.ids) order by at desc limit ${ALERTS_MAX}) c
        join budget_account o on o.id = c.account), '[]') as alerts
    from budget b left join lateral (
      select starts_ms, max(ends_ms) as ends_ms, sum(settled - rolled_off) as settled, sum(outstanding) as outstanding,
        sum(escrow) as escrow, sum(excess) as excess, max(settled - rolled_off + outstanding) as most_used,
        count(*) as accounts, array_agg(id) as ids
      from budget_account where budget = b.id and ${holdsNow()}
      group by starts_ms order by starts_ms desc limit 1
    ) a on true
    where retired_at is null and (${id}::text is null or b.id = ${id}) and (${name}::text is null or b.name = ${name})
      and (${keyIds}::text[] is null or b.key_id = any(${keyIds}::text[]))
      and (${tenant}::text is null or coalesce(b.tenant, (select k.tenant from virtual_key k where k.id = b.key_id)) = ${tenant})
    order by b.id collate "C" limit ${LIST_MAX}`.execute(db);
  return rows.map(rendered);
}

/** A condition on an account, beside its budget `b`: its window is the present one. */
function holdsNow(): RawBuilder<boolean> {
  const nowMs = Date.now();
  return sql`(ends_ms is null and b.span in ('rolling', 'total')
    or starts_ms <= ${nowMs} and ends_ms > ${nowMs} and b.span not in ('rolling', 'total'))`;
}

/** The accounts of a budget in the present window. */
export async function readAccounts(db: Kysely<KeyDatabase>, id: string): Promise<BudgetAccounts> {
  type Account = Record<"subject" | "amount" | "settled" | "outstanding" | "excess", string>;
  const { rows } = await sql<Account>`
    select a.subject, b.amount, a.settled - a.rolled_off as settled, a.outstanding, a.excess
    from budget_account a join budget b on b.id = a.budget
    where b.id = ${id} and ${holdsNow()}
    order by 3 desc, 1 limit ${ACCOUNTS_MAX + 1}`.execute(db);
  const data = rows.slice(0, ACCOUNTS_MAX).map(({ subject, amount, settled, outstanding, excess }) => {
    const left = String(BigInt(amount) - BigInt(settled) - BigInt(outstanding));
    return { subject, limit: amount, spent: settled, reserved: outstanding, left, excess };
  });
  return { object: "list", data, hasMore: rows.length > ACCOUNTS_MAX };
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
    id: row.id,
    name: row.name,
    scope: row.scope,
    each: row.each_of,
    limit: limitOf(terms),
    window: windowOf(terms),
    timeZone: row.time_zone,
    alertAt: row.alert_shares.map((share) => share / MICRO),
    atLimit: row.at_limit,
    createdAt: row.created_at.toISOString(),
    current: {
      unit: row.unit,
      startsAt: row.starts_ms === null || row.starts_ms === "0" ? null : new Date(Number(row.starts_ms)).toISOString(),
      endsAt: row.ends_ms === null ? null : new Date(Number(row.ends_ms)).toISOString(),
      limit: row.amount,
      spent: String(spent),
      reserved: String(reserved),
      leased: String(leased),
      left: row.left,
      accounts: row.accounts === null ? null : Number(row.accounts),
      excess: row.excess,
      alerts: row.alerts.map(({ share, at, told, subject }) => ({
        share: share / MICRO,
        at: new Date(at).toISOString(),
        told: told === null ? null : new Date(told).toISOString(),
        ...(subject === "" ? {} : { subject }),
      })),
    },
  };
}
