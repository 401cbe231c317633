import type { BudgetDefinition } from "./budget-definition.ts";
import type { BudgetWindow } from "./budget-window.ts";
import type { Answer } from "./budget-store.ts";

/** The requests that wait for one question to the database. */
type Gathering = {
  needed: bigint;
  readonly promise: Promise<"answered" | "unavailable">;
  readonly resolve: (end: "answered" | "unavailable") => void;
};

/** An account: one budget in one window, for one subject, as this instance knows it. */
export type Account = {
  readonly key: string;
  readonly budget: BudgetDefinition;
  /** With `each`: whose account it is; else empty. */
  readonly subject: string;
  readonly window: BudgetWindow;
  /** The id of the lease that grants are added to. */
  lease: string;
  /** The requests that the next question will answer; null while none waits. */
  gathering: Gathering | null;
  asking: boolean;
  /** The account as the latest answer described it. */
  figures: Omit<Answer, "kind" | "granted"> | null;
  /** The latest grant: when a quarter of it is left, more is asked for ahead of need. */
  granted: bigint;
  usedAtMs: number;
  /** What could not be had; as much is not asked for again before `shortUntilMs`. */
  shortNeed: bigint | null;
  shortUntilMs: number;
};

/** The key of an account among those of all budgets. */
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
