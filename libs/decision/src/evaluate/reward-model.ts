import type { LoggedChoice } from "./logged-choice.ts";

/** The mean of the level above counts like so many observations, so that a rare pair does not speak for itself. */
const PRIOR_WEIGHT = 2;

type Sum = { count: number; total: number };

/**
 * What an action earns with a kind of request: the mean over what was recorded of the pair, drawn towards the mean of the
 * action, and that towards the mean of all. Crude on purpose: a wrong model costs the doubly robust estimate precision,
 * never its truth.
 */
export class RewardModel {
  readonly #all: Sum = { count: 0, total: 0 };
  readonly #byAction = new Map<string, Sum>();
  readonly #byPair = new Map<string, Sum>();

  add({ action, kind, reward }: LoggedChoice): void {
    count(this.#all, reward);
    count(sumOf(this.#byAction, action), reward);
    count(sumOf(this.#byPair, `${kind}\n${action}`), reward);
  }

  mean(kind: string, action: string): number {
    const overall = this.#all.count === 0 ? 0 : this.#all.total / this.#all.count;
    const ofAction = drawnTowards(overall, this.#byAction.get(action));
    return drawnTowards(ofAction, this.#byPair.get(`${kind}\n${action}`));
  }
}

function count(sum: Sum, reward: number): void {
  sum.count += 1;
  sum.total += reward;
}

function sumOf(sums: Map<string, Sum>, key: string): Sum {
  let sum = sums.get(key);
  if (sum === undefined) sums.set(key, (sum = { count: 0, total: 0 }));
  return sum;
}

function drawnTowards(prior: number, sum: Sum | undefined): number {
  if (sum === undefined) return prior;
  return (sum.total + PRIOR_WEIGHT * prior) / (sum.count + PRIOR_WEIGHT);
}
