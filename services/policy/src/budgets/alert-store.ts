import type { BudgetUnit } from "@signalbox/proto";
import { sql } from "kysely";
import type { BudgetDatabase } from "./budget-store.ts";

/** An alert that has not been delivered: a share of a budget was crossed. */
export type DueAlert = {
  readonly account: string;
  readonly budget: string;
  /** With `each`: whose account it is; else empty. */
  readonly subject: string;
  readonly unit: BudgetUnit;
  readonly startsMs: number;
  readonly endsMs: number | null;
  /** Millionths. */
  readonly share: number;
  readonly settled: string;
  readonly amount: string;
  readonly atMs: number;
  /** This one included. */
  readonly tries: number;
};

/** Claims up to `most` due alerts; no other instance gets them for `holdMs`. */
export async function claimAlerts(
  db: BudgetDatabase,
  { nowMs, holdMs, most }: { nowMs: number; holdMs: number; most: number },
): Promise<DueAlert[]> {
  const { rows } = await sql<{
    account: string;
    budget: string;
    subject: string;
    unit: BudgetUnit;
    starts_ms: string;
    ends_ms: string | null;
    share: number;
    settled: string;
    amount: string;
    at_ms: string;
    tries: number;
  }>`select * from budget_alert_claim(${nowMs}, ${holdMs}, ${most})`.execute(db);
  return rows.map(({ starts_ms: startsMs, ends_ms: endsMs, at_ms: atMs, ...rest }) => ({
    ...rest,
    startsMs: Number(startsMs),
    endsMs: endsMs === null ? null : Number(endsMs),
    atMs: Number(atMs),
  }));
}

/** The result of a delivery. */
export type AlertEnd =
  | { readonly kind: "told" }
  | { readonly kind: "again"; readonly atMs: number }
  | { readonly kind: "given-up" };

const GIVEN_UP = 0;

export async function endAlert(db: BudgetDatabase, { account, share }: DueAlert, end: AlertEnd): Promise<void> {
  const nextTryMs = end.kind === "told" ? null : end.kind === "again" ? end.atMs : GIVEN_UP;
  await sql`select budget_alert_told(${account}, ${share}, ${nextTryMs})`.execute(db);
}
