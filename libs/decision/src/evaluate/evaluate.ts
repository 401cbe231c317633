import { bootstrap, type Estimates, estimatesOf, type Interval } from "./bootstrap.ts";
import type { LoggedChoice } from "./logged-choice.ts";
import { isSupported, weighChoices, type WeighedChoices } from "./weigh-choices.ts";

/** A value with the interval that holds the true one 95 times in 100. */
type Estimate = { readonly value: number; readonly low: number; readonly high: number };

/**
 * Why there is no estimate. nothing-recorded: no choice has a reward. unsupported: none of what the policy would do could
 * have been chosen. too-few: the effective sample is smaller than what was asked for.
 */
type Refusal = "nothing-recorded" | "unsupported" | "too-few";

export type Evaluation = {
  readonly choices: number;
  /** Choices of which all that the other policy may do was possible. The estimates speak of these alone. */
  readonly supported: number;
  /** supported / choices; 0 without choices. */
  readonly coverage: number;
  /** No choice was left to chance, so only those can be counted where both policies do the same. */
  readonly isDeterministic: boolean;
  /** Kish's effective sample size, (Σw)² / Σw² (Survey Sampling, 1965): so many choices of equal weight say as much. */
  readonly effectiveSize: number;
  readonly maxWeight: number;
  readonly outcome:
    | { readonly kind: "refused"; readonly reason: Refusal }
    /** The mean over the choices where the other policy does what was done. */
    | { readonly kind: "direct"; readonly value: Estimate }
    | { readonly kind: "estimated"; readonly values: Estimates<Estimate> };
};

export type EvaluateOptions = {
  readonly seed: number;
  readonly resamples: number;
  /** No number is given for a smaller effective sample. */
  readonly minEffectiveSize: number;
};

/**
 * What another policy is worth, from what one with known probabilities did and what came of it:
 *
 * - logged: the mean reward of what was done.
 * - ips: (1/n) Σ w r, inverse propensity scores (Horvitz & Thompson, 1952).
 * - snips: Σ w r / Σ w, self-normalised (Swaminathan & Joachims, The self-normalized estimator for counterfactual
 *   learning, 2015).
 * - robust: (1/n) Σ [ Σₐ π(a|x) q(x,a) + w (r − q(x,aₗ)) ], doubly robust (Dudík, Langford & Li, 2011).
 *
 * with w = π(aₗ|x) / p(aₗ|x) for the action aₗ that was taken. Choices in which the other policy may do what could not
 * have been chosen are set aside and counted: no weight can make up for them.
 */
export function evaluate(choices: readonly LoggedChoice[], options: EvaluateOptions): Evaluation {
  const supported = choices.filter(isSupported);
  const weighed = weighChoices(supported, options.seed);
  const { effectiveSize, maxWeight } = spreadOf(weighed);
  const isDeterministic = choices.length > 0 && choices.every(({ logged }) => logged.length === 1);
  return {
    choices: choices.length,
    supported: supported.length,
    coverage: choices.length === 0 ? 0 : supported.length / choices.length,
    isDeterministic,
    effectiveSize,
    maxWeight,
    outcome: outcomeOf(weighed, { ...options, choices: choices.length, effectiveSize, isDeterministic }),
  };
}

function outcomeOf(
  weighed: WeighedChoices,
  options: EvaluateOptions & { choices: number; effectiveSize: number; isDeterministic: boolean },
): Evaluation["outcome"] {
  if (options.choices === 0) return { kind: "refused", reason: "nothing-recorded" };
  if (weighed.size === 0) return { kind: "refused", reason: "unsupported" };
  if (options.effectiveSize < options.minEffectiveSize) return { kind: "refused", reason: "too-few" };
  const values = estimatesOf(weighed);
  const intervals = bootstrap(weighed, options);
  // Every weight is 1 here, and all four are the same mean.
  if (options.isDeterministic) return { kind: "direct", value: estimate(values.logged, intervals.logged) };
  return {
    kind: "estimated",
    values: {
      logged: estimate(values.logged, intervals.logged),
      ips: estimate(values.ips, intervals.ips),
      snips: estimate(values.snips, intervals.snips),
      robust: estimate(values.robust, intervals.robust),
    },
  };
}

function estimate(value: number, { low, high }: Interval): Estimate {
  return { value, low, high };
}

function spreadOf({ weights }: WeighedChoices): { effectiveSize: number; maxWeight: number } {
  let [sum, squares, maxWeight] = [0, 0, 0];
  for (const weight of weights) {
    sum += weight;
    squares += weight * weight;
    if (weight > maxWeight) maxWeight = weight;
  }
  return { effectiveSize: squares === 0 ? 0 : (sum * sum) / squares, maxWeight };
}
