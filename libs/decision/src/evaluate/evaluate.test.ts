import { expect, test } from "vitest";
import { evaluate, type EvaluateOptions, type Evaluation } from "./evaluate.ts";
import type { LoggedChoice } from "./logged-choice.ts";
import { seededRandom } from "./seeded-random.ts";

const OPTIONS: EvaluateOptions = { seed: 1, resamples: 300, minEffectiveSize: 20 };
const ACTIONS = ["small", "middle", "large"];
/** The probability that an action's answer is good, by the kind of request. */
const TRUTH: Readonly<Record<string, readonly number[]>> = { chat: [0.7, 0.8, 0.75], code: [0.2, 0.5, 0.9] };
/** What was done, by chance, and what the other policy would do. */
const LOGGED = [0.5, 0.3, 0.2];
const TARGET: Readonly<Record<string, readonly number[]>> = { chat: [0.8, 0.2, 0], code: [0, 0.3, 0.7] };

const chances = (probabilities: readonly number[]): LoggedChoice["target"] =>
  probabilities.flatMap((probability, at) => (probability === 0 ? [] : [{ action: ACTIONS[at]!, probability }]));

/** What a bandit with these rewards left in its record. */
function bandit(seed: number, size: number): LoggedChoice[] {
  const random = seededRandom(seed);
  return Array.from({ length: size }, () => {
    const kind = random() < 0.6 ? "chat" : "code";
    const drawn = random();
    const at = drawn < 0.5 ? 0 : drawn < 0.8 ? 1 : 2;
    const reward = random() < TRUTH[kind]![at]! ? 1 : 0;
    return { action: ACTIONS[at]!, logged: chances(LOGGED), target: chances(TARGET[kind]!), reward, kind };
  });
}

const valueOf = (policy: (kind: string) => readonly number[]): number =>
  (["chat", "code"] as const).reduce((sum, kind) => {
    const value = policy(kind).reduce((worth, share, at) => worth + share * TRUTH[kind]![at]!, 0);
    return sum + (kind === "chat" ? 0.6 : 0.4) * value;
  }, 0);

function estimated({ outcome }: Evaluation): Extract<Evaluation["outcome"], { kind: "estimated" }>["values"] {
  if (outcome.kind !== "estimated") throw new Error(`there is no estimate but ${JSON.stringify(outcome)}`);
  return outcome.values;
}

test("of a bandit whose truth is known, each interval holds it about 95 times in 100", () => {
  const truth = valueOf((kind) => TARGET[kind]!);
  const rounds = 300;
  const held = { logged: 0, ips: 0, snips: 0, robust: 0 };
  for (let round = 0; round < rounds; round += 1) {
    const values = estimated(evaluate(bandit(1_000 + round, 500), { ...OPTIONS, seed: round }));
    for (const name of ["ips", "snips", "robust"] as const) {
      if (values[name].low <= truth && truth <= values[name].high) held[name] += 1;
    }
    const before = valueOf(() => LOGGED);
    if (values.logged.low <= before && before <= values.logged.high) held.logged += 1;
  }
  // Three standard errors of a share of 0.95 over 300 rounds are 0.038.
  for (const [name, count] of Object.entries(held)) {
    expect([name, Math.abs(count / rounds - 0.95) < 0.038]).toEqual([name, true]);
  }
});

test("with a model of the reward the estimate is nearer to the truth than without", () => {
  const truth = valueOf((kind) => TARGET[kind]!);
  const error = { ips: 0, snips: 0, robust: 0 };
  for (let round = 0; round < 50; round += 1) {
    const values = estimated(evaluate(bandit(round, 1_000), { ...OPTIONS, resamples: 2 }));
    for (const name of ["ips", "snips", "robust"] as const) error[name] += (values[name].value - truth) ** 2;
  }
  expect(error.snips).toBeLessThan(error.ips);
  expect(error.robust).toBeLessThan(error.snips);
});

test("actions that were taken in turns are judged by all of the record", () => {
  const turns = Array.from({ length: 400 }, (_, at): LoggedChoice => {
    const [action, reward] = at % 2 === 0 ? (["small", 0.2] as const) : (["large", 0.9] as const);
    const logged = ["small", "large"].map((each) => ({ action: each, probability: 0.5 }));
    return {
      action,
      logged,
      target: [{ action: "large", probability: 1 }],
      reward,
      kind: "chat",
    };
  });
  expect(estimated(evaluate(turns, OPTIONS)).robust.value).toBeCloseTo(0.9, 1);
});

test("the same seed gives the same numbers, to the last digit", () => {
  const choices = bandit(7, 400);
  expect(evaluate(choices, OPTIONS)).toEqual(evaluate(choices, OPTIONS));
  expect(evaluate(choices, OPTIONS)).not.toEqual(evaluate(choices, { ...OPTIONS, seed: 2 }));
});

test("the policy that was in force is worth what was earned", () => {
  const same = bandit(3, 500).map((choice) => ({ ...choice, target: choice.logged }));
  const result = evaluate(same, OPTIONS);
  expect(result).toMatchObject({ coverage: 1, maxWeight: 1 });
  expect(result.effectiveSize).toBeCloseTo(500);
  const { logged, ips, snips, robust } = estimated(result);
  for (const { value } of [ips, snips, robust]) expect(value).toBeCloseTo(logged.value);
});

const ALWAYS_SMALL = [{ action: "small", probability: 1 }];
const ALWAYS_LARGE = [{ action: "large", probability: 1 }];

test("a history without chance gives the mean of where both do the same, and says so", () => {
  const history = Array.from({ length: 100 }, (_, at): LoggedChoice => {
    const target = at % 2 === 0 ? ALWAYS_SMALL : ALWAYS_LARGE;
    return { action: "small", logged: ALWAYS_SMALL, target, reward: at % 4 === 0 ? 1 : 0, kind: "chat" };
  });
  const result = evaluate(history, OPTIONS);
  expect(result).toMatchObject({ choices: 100, supported: 50, coverage: 0.5, isDeterministic: true });
  expect(result.outcome).toMatchObject({ kind: "direct", value: { value: 0.5 } });
});

test("what could never have been chosen is set aside, not weighed", () => {
  const half = bandit(5, 400).map((choice, at) =>
    at % 2 === 0 ? { ...choice, logged: ALWAYS_SMALL, action: "small" } : choice,
  );
  const result = evaluate(half, OPTIONS);
  expect(result.coverage).toBeLessThan(0.6);
  expect(result.coverage).toBeGreaterThan(0.49);
});

test.each([
  ["nothing-recorded", []],
  ["unsupported", bandit(1, 50).map((choice) => ({ ...choice, target: [{ action: "new", probability: 1 }] }))],
  ["too-few", bandit(1, 25)],
  [
    "too-few",
    // A few heavy weights among many that are nothing.
    bandit(1, 400).map((choice, at) => (at % 40 === 0 ? choice : { ...choice, action: "small", target: ALWAYS_LARGE })),
  ],
])("no number is given where there is %s", (reason, choices) => {
  expect(evaluate(choices, OPTIONS).outcome).toEqual({ kind: "refused", reason });
});
