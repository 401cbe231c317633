import type { Decision } from "@signalbox/proto";
import type { Account } from "./account-lease.ts";

/** For limits without a known time: a place comes free, or a lease is given back, at any moment. */
const RATE_RETRY_AFTER_MS = 1_000;
const RULE = /^(budget|tokens|requests|concurrency):(.+)$/;

/**
 * In how many milliseconds a request that budgets or limits refused may be tried again: when the first of them has more.
 * Null for other decisions, and for budgets that never end.
 */
export function budgetRetryAfterMs(decision: Decision, accounts: readonly Account[], nowMs: number): number | null {
  const { action } = decision;
  if (action.kind !== "refuse" || (action.code !== "budget-exceeded" && action.code !== "rate-limited")) return null;
  const names = new Set(decision.excluded.map(({ rule }) => RULE.exec(rule)?.[2]));
  const waits = accounts
    .filter(({ budget }) => names.has(budget.id) && (budget.kind === "budget") === (action.code === "budget-exceeded"))
    .flatMap(({ budget, figures }) => {
      const freesAtMs = figures?.freesAtMs ?? null;
      if (freesAtMs === null) return budget.kind === "budget" ? [] : RATE_RETRY_AFTER_MS;
      return Math.max(1, freesAtMs - nowMs);
    });
  return waits.length === 0 ? null : Math.min(...waits);
}
