export { type Estimate, evaluate, type EvaluateOptions, type Evaluation } from "./evaluate.ts";
export type { Estimates } from "./bootstrap.ts";
export type { Chance, LoggedChoice } from "./logged-choice.ts";
export { seededRandom } from "./seeded-random.ts";
