export { evaluate } from "./evaluate.ts";
export type { Chance, LoggedChoice } from "./logged-choice.ts";
export { seededRandom } from "./seeded-random.ts";
