import type { BudgetDefinition } from "./budget-definition.ts";
import type { BudgetWindow } from "./budget-window.ts";
import type { Answer } from "./budget-store.ts";

/** The requests that are answered by one question to the database. */
export type Gathering = {
  needed: bigint;
  readonly promise: Promise<"answered" | "unavailable">;
  readonly resolve: (end: "answered" | "unavailable") => void;
};

/** One budget in one window, as this instance sees it. */
export type Account = {
  readonly key: string;
  readonly budget: BudgetDefinition;
  /** Whose it is, of a budget of which everybody has one; else empty. */
  readonly subject: string;
  readonly window: BudgetWindow;
  /** The name of the lease that is added to. */
  lease: string;
  /** What the next question will ask for; null while nobody waits. */
  gathering: Gathering | null;
  asking: boolean;
  /** Of the latest answer. */
  figures: Omit<Answer, "kind" | "granted"> | null;
  /** What was added last: when a quarter of it is left, more is asked for before it is needed. */
  granted: bigint;
  usedAtMs: number;
  /** So much could not be had until then. */
  shortNeed: bigint | null;
  shortUntilMs: number;
};

/** Names an account among those of all budgets. */
export function accountKey(budget: string, startsMs: number, subject: string): string {
  return subject === "" ? `${budget}@${startsMs}` : `${budget}@${startsMs}@${subject}`;
}

export function accountOf(parts: Pick<Account, "budget" | "subject" | "window" | "lease">): Account {
  return {
    key: accountKey(parts.budget.id, parts.window.startsMs, parts.subject),
    ...parts,
    gathering: null,
    asking: false,
    figures: null,
    granted: 0n,
    usedAtMs: 0,
    shortNeed: null,
    shortUntilMs: 0,
  };
}

export function gatheringOf(): Gathering {
  const { promise, resolve } = Promise.withResolvers<"answered" | "unavailable">();
  return { needed: 0n, promise, resolve };
}
