import type { RateState } from "@signalbox/proto";
import type { Account } from "./account-lease.ts";
import type { BudgetLeases } from "./budget-leases.ts";

const UNITS = ["requests", "tokens"] as const;

/** A caller's tightest rate limits after a decision, as far as this instance knows; null when it has none. */
export function rateStates(accounts: readonly Account[], leases: BudgetLeases, nowMs: number): RateState[] | null {
  const states = accounts.flatMap((account) => {
    const { figures, budget } = account;
    if (budget.kind !== "rate" || figures === null) return [];
    const remaining = figures.available + leases.left(account, nowMs);
    const resetMs = remaining < budget.amount ? (budget.rollingMs ?? 0) : 0;
    return { unit: budget.unit, limit: Number(budget.amount), remaining: Number(remaining), resetMs };
  });
  const tightest = UNITS.flatMap((unit) => {
    const [first] = states.filter((state) => state.unit === unit).toSorted((a, b) => a.remaining - b.remaining);
    return first === undefined ? [] : { ...first, unit };
  });
  return tightest.length === 0 ? null : tightest;
}
