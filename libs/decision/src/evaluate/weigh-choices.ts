import type { LoggedChoice } from "./logged-choice.ts";
import { RewardModel } from "./reward-model.ts";
import { seededRandom } from "./seeded-random.ts";

/** Of each choice that can be weighed, in one order: what every estimate is made of. */
export type WeighedChoices = {
  readonly size: number;
  /** π(a|x) / p(a|x): how much more likely the other policy is to take the action that was taken. */
  readonly weights: Float64Array;
  readonly rewards: Float64Array;
  /** Its term in the mean of the doubly robust estimate. */
  readonly robust: Float64Array;
};

/** What the other policy may do was possible when the choice was recorded: else the record says nothing of it. */
export function isSupported({ logged, target }: LoggedChoice): boolean {
  return target.every(
    ({ action, probability }) => probability <= 0 || logged.some((chance) => chance.action === action),
  );
}

/**
 * Weighs supported choices. The reward model of a choice has not seen it: each half is judged by the model of the other
 * (cross-fitting: Chernozhukov et al., Double/debiased machine learning, 2018). The halves are drawn, because actions that
 * were taken in turns would fall into one half each.
 */
export function weighChoices(choices: readonly LoggedChoice[], seed: number): WeighedChoices {
  const random = seededRandom(seed);
  const models = { first: new RewardModel(), second: new RewardModel() };
  const halves = choices.map(() => (random() < 0.5 ? "first" : "second"));
  for (const [at, choice] of choices.entries()) models[halves[at] === "first" ? "second" : "first"].add(choice);
  const size = choices.length;
  const weights = new Float64Array(size);
  const rewards = new Float64Array(size);
  const robust = new Float64Array(size);
  for (const [at, choice] of choices.entries()) {
    const { kind, action, reward, target } = choice;
    const model = models[halves[at] as "first" | "second"];
    const weight = probabilityOf(target, action) / probabilityOf(choice.logged, action);
    const expected = target.reduce((sum, chance) => sum + chance.probability * model.mean(kind, chance.action), 0);
    weights[at] = weight;
    rewards[at] = reward;
    robust[at] = expected + weight * (reward - model.mean(kind, action));
  }
  return { size, weights, rewards, robust };
}

function probabilityOf(chances: LoggedChoice["target"], action: string): number {
  return chances.find((chance) => chance.action === action)?.probability ?? 0;
}
