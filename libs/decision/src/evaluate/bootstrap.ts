import { seededRandom } from "./seeded-random.ts";
import type { WeighedChoices } from "./weigh-choices.ts";

/** The interval holds the truth in 95 of 100 repetitions. */
const TAIL = 0.025;

export type Interval = { readonly low: number; readonly high: number };

/** The four values of an evaluation, from the same choices. */
export type Estimates<T> = { readonly logged: T; readonly ips: T; readonly snips: T; readonly robust: T };

/** Of all choices, each once: the values themselves. */
export function estimatesOf(weighed: WeighedChoices): Estimates<number> {
  return meansOver(weighed, (at) => at);
}

/**
 * Percentile intervals by the bootstrap (Efron, Bootstrap methods: another look at the jackknife, 1979): the estimates
 * over as many choices drawn with replacement, again and again.
 */
export function bootstrap(
  weighed: WeighedChoices,
  { seed, resamples }: { seed: number; resamples: number },
): Estimates<Interval> {
  const random = seededRandom(seed);
  const draw = (): number => Math.floor(random() * weighed.size);
  const drawn = {
    logged: new Float64Array(resamples),
    ips: new Float64Array(resamples),
    snips: new Float64Array(resamples),
    robust: new Float64Array(resamples),
  };
  for (let round = 0; round < resamples; round += 1) {
    const means = meansOver(weighed, draw);
    drawn.logged[round] = means.logged;
    drawn.ips[round] = means.ips;
    drawn.snips[round] = means.snips;
    drawn.robust[round] = means.robust;
  }
  return {
    logged: intervalOf(drawn.logged),
    ips: intervalOf(drawn.ips),
    snips: intervalOf(drawn.snips),
    robust: intervalOf(drawn.robust),
  };
}

function meansOver(weighed: WeighedChoices, indexAt: (at: number) => number): Estimates<number> {
  const { size, weights, rewards, robust } = weighed;
  let [sumRewards, sumWeighted, sumWeights, sumRobust] = [0, 0, 0, 0];
  for (let n = 0; n < size; n += 1) {
    const at = indexAt(n);
    const weight = weights[at] as number;
    const reward = rewards[at] as number;
    sumRewards += reward;
    sumWeights += weight;
    sumWeighted += weight * reward;
    sumRobust += robust[at] as number;
  }
  return {
    logged: sumRewards / size,
    ips: sumWeighted / size,
    // Draws without any weight say nothing of the other policy; they are as rare as the effective size is large.
    snips: sumWeights === 0 ? 0 : sumWeighted / sumWeights,
    robust: sumRobust / size,
  };
}

function intervalOf(drawn: Float64Array): Interval {
  drawn.sort();
  const last = drawn.length - 1;
  return { low: drawn[Math.floor(TAIL * last)] as number, high: drawn[Math.ceil((1 - TAIL) * last)] as number };
}
