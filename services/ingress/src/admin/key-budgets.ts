import type { AdminBudget, BudgetLimit } from "./budget-forms.ts";
import { type BudgetTerms, termsOf } from "./budget-row.ts";
import type { AdminKey, KeyBudget, KeyLimits } from "./key-forms.ts";

/** The budgets and limits that a key can have of its own; each is a budget of the id `key-<key id>-<part>`. */
export const KEY_PARTS = ["budget", "rpm", "tpm", "concurrency"] as const;
type KeyPart = (typeof KEY_PARTS)[number];

export function keyBudgetId(keyId: string, part: KeyPart): string {
  return `key-${keyId}-${part}`;
}

type Terms = { readonly terms: BudgetTerms; readonly timeZone: string };

/** For each part its new terms; null removes it, and an absent part stays as it is. */
type KeyTerms = { [part in KeyPart]?: Terms | null };

const NO_LIMITS: KeyLimits = { rpm: null, tpm: null, concurrency: null };

export function keyTerms(settings: {
  budget?: KeyBudget | null | undefined;
  limits?: KeyLimits | null | undefined;
}): KeyTerms {
  const { budget, limits } = settings;
  const { rpm, tpm, concurrency } = limits === undefined ? {} : (limits ?? NO_LIMITS);
  const terms: KeyTerms = {};
  if (budget !== undefined) {
    terms.budget = budget && { terms: termsOf({ usd: budget.usd }, budget.window), timeZone: budget.timeZone };
  }
  if (rpm !== undefined) terms.rpm = rpm === null ? null : limitTerms({ requests: rpm });
  if (tpm !== undefined) terms.tpm = tpm === null ? null : limitTerms({ tokens: tpm });
  if (concurrency !== undefined) terms.concurrency = concurrency === null ? null : limitTerms({ concurrency });
  return terms;
}

function limitTerms(limit: BudgetLimit): Terms {
  return { terms: termsOf(limit, "concurrency" in limit ? "total" : "minute"), timeZone: "UTC" };
}

/** A key's budget and limits as the API shows them. */
export function shownTerms(keyId: string, budgets: readonly AdminBudget[]): Pick<AdminKey, "budget" | "limits"> {
  const find = (part: KeyPart): AdminBudget | undefined => budgets.find(({ id }) => id === keyBudgetId(keyId, part));
  const count = (part: KeyPart): number | null => {
    const limit = find(part)?.limit;
    if (limit === undefined || "usd" in limit) return null;
    return "requests" in limit ? limit.requests : "tokens" in limit ? limit.tokens : limit.concurrency;
  };
  const money = find("budget");
  const usd = money !== undefined && "usd" in money.limit ? money.limit.usd : null;
  return {
    budget:
      money === undefined || usd === null || typeof money.window !== "string"
        ? null
        : { usd, window: money.window, timeZone: money.timeZone },
    limits: { rpm: count("rpm"), tpm: count("tpm"), concurrency: count("concurrency") },
  };
}
