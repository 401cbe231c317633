import { REPLAY_LISTED_MAX, type ChangeGroup } from "@signalbox/proto";

/** Callers name models freely: groups beyond so many are counted as one. */
const GROUPS_MAX = 10_000;
const OTHERS = "others";

export type Change = {
  readonly changed: boolean;
  /** Sent elsewhere, refused or no longer so. */
  readonly moved: boolean;
  readonly refusal: "gained" | "lost" | null;
  /** Null: one side has no known price. */
  readonly costDelta: bigint | null;
};

type Sums = {
  decisions: number;
  changed: number;
  moved: number;
  refusalsGained: number;
  refusalsLost: number;
  costDelta: bigint;
  withoutPrice: number;
};

export function noSums(): Sums {
  return { decisions: 0, changed: 0, moved: 0, refusalsGained: 0, refusalsLost: 0, costDelta: 0n, withoutPrice: 0 };
}

export function addChange(sums: Sums, { changed, moved, refusal, costDelta }: Change): void {
  sums.decisions += 1;
  if (changed) sums.changed += 1;
  if (moved) sums.moved += 1;
  if (refusal === "gained") sums.refusalsGained += 1;
  if (refusal === "lost") sums.refusalsLost += 1;
  if (costDelta === null) sums.withoutPrice += 1;
  else sums.costDelta += costDelta;
}

/** Changes summed up by a name, such as a tenant's. */
export class ChangeGroups {
  readonly #groups = new Map<string, Sums>();

  add(name: string, change: Change): void {
    addChange(this.#sumsOf(name), change);
  }

  /** Those with the most changes first. */
  get list(): ChangeGroup[] {
    return [...this.#groups]
      .toSorted(([, a], [, b]) => b.changed - a.changed || b.decisions - a.decisions)
      .slice(0, REPLAY_LISTED_MAX)
      .map(([name, { costDelta, ...sums }]) => ({ name, ...sums, costDeltaPicoUsd: String(costDelta) }));
  }

  #sumsOf(wanted: string): Sums {
    const name = this.#groups.has(wanted) || this.#groups.size < GROUPS_MAX ? wanted : OTHERS;
    let sums = this.#groups.get(name);
    if (sums === undefined) {
      sums = noSums();
      this.#groups.set(name, sums);
    }
    return sums;
  }
}
