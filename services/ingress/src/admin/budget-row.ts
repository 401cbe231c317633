import type { BudgetUnit } from "@signalbox/proto";
import { invalidParam } from "../http/invalid-param.ts";
import type { BudgetLimit, BudgetWindow } from "./budget-forms.ts";
import { picoUsdOf, usdOf } from "./money.ts";

/** A budget's limit and window as the columns of the table `budget`. */
export type BudgetTerms = {
  readonly kind: "budget" | "rate" | "concurrency";
  readonly unit: BudgetUnit;
  readonly amount: bigint;
  readonly span: "day" | "week" | "month" | "rolling" | "total";
  readonly rollingMs: number | null;
};

const MINUTE_MS = 60_000;
const MS_PER_SECOND = 1_000;

/** Throws `invalid-request` for a limit that has no such window. */
export function termsOf(limit: BudgetLimit, window: BudgetWindow): BudgetTerms {
  if ("concurrency" in limit) {
    if (window !== "total") throw invalidParam("window", "a limit on requests at once has no window");
    return { kind: "concurrency", unit: "requests", amount: BigInt(limit.concurrency), span: "total", rollingMs: null };
  }
  const amount = amountOf(limit);
  if (window === "minute") {
    if (amount.unit === "pico-usd") throw invalidParam("window", "money has no limit by the minute");
    return { kind: "rate", ...amount, span: "rolling", rollingMs: MINUTE_MS };
  }
  if (typeof window === "object") {
    return { kind: "budget", ...amount, span: "rolling", rollingMs: window.seconds * MS_PER_SECOND };
  }
  return { kind: "budget", ...amount, span: window, rollingMs: null };
}

export function limitOf({ kind, unit, amount }: BudgetTerms): BudgetLimit {
  if (kind === "concurrency") return { concurrency: Number(amount) };
  if (unit === "pico-usd") return { usd: usdOf(amount) };
  return unit === "tokens" ? { tokens: Number(amount) } : { requests: Number(amount) };
}

export function windowOf({ kind, span, rollingMs }: BudgetTerms): BudgetWindow {
  if (kind === "rate") return "minute";
  return span === "rolling" ? { seconds: (rollingMs ?? 0) / MS_PER_SECOND } : span;
}

function amountOf(limit: Exclude<BudgetLimit, { concurrency: number }>): Pick<BudgetTerms, "unit" | "amount"> {
  if ("usd" in limit) return { unit: "pico-usd", amount: picoUsdOf(limit.usd) ?? 0n };
  if ("tokens" in limit) return { unit: "tokens", amount: BigInt(limit.tokens) };
  return { unit: "requests", amount: BigInt(limit.requests) };
}
