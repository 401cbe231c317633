import { type BudgetState, type DecisionInput, NO_USAGE } from "@signalbox/proto";
import * as fc from "fast-check";
import { expect, test } from "vitest";
import { someDocuments, someInput } from "../__fixtures__/arbitrary.ts";
import { decisionInput, documents, endpoint, priced } from "../__fixtures__/documents.ts";
import { decide } from "../decide.ts";
import { estimateCost } from "../estimate-cost.ts";

/** A million tokens of output cost 4 dollars, of input 1: 1,000 of each come to 5,000,000,000 pico-USD. */
const ENDPOINTS = [
  endpoint("a/one", { price: priced(1_000_000, 4_000_000) }),
  endpoint("b/two", { price: priced(2_000_000, 8_000_000) }),
  endpoint("c/free", { price: null }),
];

function budget(unit: BudgetState["unit"], left: number, name = "team-red"): BudgetState {
  return { budget: name, unit, lease: `lease-of-${name}`, left: String(left) };
}

function run(budgets: BudgetState[], maxOutputTokens: number | null = 1_000) {
  return decide({ ...decisionInput({ facts: { maxOutputTokens } }), budgets }, documents(ENDPOINTS));
}

test("the dearest of the plan is reserved of every budget, in its unit", () => {
  const decision = run([budget("pico-usd", 1e11), budget("tokens", 5_000, "key-1")]);
  expect(decision.action).toMatchObject({
    plan: ["a/one", "b/two"],
    maxOutputTokens: 1_000,
    maxOutputSource: "request",
  });
  expect(decision.reserved).toEqual([
    { budget: "team-red", lease: "lease-of-team-red", amount: "10000000000" },
    { budget: "key-1", lease: "lease-of-key-1", amount: "2000" },
  ]);
  expect(decision.excluded).toEqual([{ rule: "budget:team-red", count: 1, endpoints: "2" }]);
});

test("B1 where marks ask for the prompt to be kept, what writing it costs is reserved, and is what is left for it", () => {
  const price = priced(1_000_000, 4_000_000)?.map((tier) => ({
    ...tier,
    cacheWrite: 1_250_000,
    cacheWriteHour: 2_000_000,
  }));
  const claude = documents([endpoint("a/claude", { price: price ?? null })]);
  const withMarks = (facts: object, left: number) =>
    decide(
      { ...decisionInput({ facts: { maxOutputTokens: 1_000, ...facts } }), budgets: [budget("pico-usd", left)] },
      claude,
    );
  expect(withMarks({}, 1e11).reserved).toMatchObject([{ amount: "5000000000" }]);
  expect(withMarks({ cacheMarks: "5m" }, 1e11).reserved).toMatchObject([{ amount: "5250000000" }]);
  expect(withMarks({ cacheMarks: "1h" }, 1e11).reserved).toMatchObject([{ amount: "6000000000" }]);
  expect(withMarks({ cacheMarks: "1h" }, 6e9 - 1).action).toMatchObject({ kind: "refuse", code: "budget-exceeded" });
});

test("B1 the searches that may be made and the sound that may be heard are reserved, and are what is left for them", () => {
  const price = priced(1_000_000, 4_000_000)?.map((tier) => ({ ...tier, audioInput: 3_000_000, webSearch: 10_000 }));
  const searching = documents([endpoint("a/searching", { price: price ?? null })]);
  const asking = (facts: object, left: number) =>
    decide(
      { ...decisionInput({ facts: { maxOutputTokens: 1_000, ...facts } }), budgets: [budget("pico-usd", left)] },
      searching,
    );
  expect(asking({}, 1e11).reserved).toMatchObject([{ amount: "5000000000" }]);
  // Ten searches are 0.10 USD; a prompt of 1,000 tokens that may be all sound costs three times what text does.
  expect(asking({ webSearches: 10 }, 1e12).reserved).toMatchObject([{ amount: "105000000000" }]);
  expect(asking({ webSearches: 10 }, 105e9 - 1).action).toMatchObject({ kind: "refuse", code: "budget-exceeded" });
  expect(asking({ audios: 1 }, 1e11).reserved).toMatchObject([{ amount: "7000000000" }]);
});

test("what the budget does not cover is ruled out, to the pico-dollar", () => {
  expect(run([budget("pico-usd", 5e9)]).action).toMatchObject({ plan: ["a/one"] });
  expect(run([budget("pico-usd", 5e9 - 1)]).action).toMatchObject({ kind: "refuse", code: "budget-exceeded" });
  expect(run([budget("tokens", 1_999)]).action.kind).toBe("refuse");
});

test("a bound that nobody set is capped to what is left, and the cap is recorded (B1)", () => {
  const decision = run([budget("pico-usd", 3e9), budget("tokens", 10_000, "key-1")], null);
  expect(decision.action).toMatchObject({ plan: ["a/one"], maxOutputTokens: 500, maxOutputSource: "budget" });
  expect(decision.reserved).toMatchObject([{ amount: "3000000000" }, { amount: "1500" }]);
  expect(run([budget("pico-usd", 2e9)], null).action.kind).toBe("refuse");
});

test("a budget of some endpoints rules out and is charged with these alone", () => {
  const ofOne = { ...budget("pico-usd", 1, "one"), endpoints: "a/*" };
  const without = run([ofOne]);
  expect(without.action).toMatchObject({ plan: ["b/two", "c/free"] });
  expect(without.excluded).toEqual([{ rule: "budget:one", count: 1, endpoints: "0" }]);
  expect(without.reserved).toEqual([]);
  const within = run([{ ...ofOne, left: "5000000000" }]);
  expect(within.reserved).toEqual([{ budget: "one", lease: "lease-of-one", amount: "5000000000" }]);
});

test.each([
  ["requests", "rate", "requests:limit"],
  ["tokens", "rate", "tokens:limit"],
  ["requests", "concurrency", "concurrency:limit"],
] as const)("a limit on %s of the kind %s is refused as one", (unit, kind, rule) => {
  const limit = { ...budget(unit, 0, "limit"), kind };
  const { action, excluded } = run([limit]);
  expect(action).toMatchObject({ kind: "refuse", code: "rate-limited" });
  expect(excluded).toEqual([{ rule, count: 3, endpoints: "0-2" }]);
  expect(run([{ ...limit, left: "2000" }]).reserved).toEqual([
    { budget: "limit", lease: "lease-of-limit", amount: unit === "tokens" ? "2000" : "1" },
  ]);
});

test("a cached answer costs a request and nothing else, and is served beyond every budget", () => {
  const hit = {
    status: "hit",
    entryId: "01990000-0000-7000-8000-000000000002",
    endpoint: "a/one",
    ageSeconds: 1,
    usage: NO_USAGE,
  } as const;
  const ask = (budgets: BudgetState[]) => decide({ ...decisionInput(), lookup: hit, budgets }, documents(ENDPOINTS));
  const rpm = { ...budget("requests", 3, "rpm"), kind: "rate" } as const;
  const others = [
    budget("pico-usd", 0, "money"),
    { ...budget("tokens", 0, "tpm"), kind: "rate" } as const,
    { ...budget("requests", 0, "places"), kind: "concurrency" } as const,
  ];
  const served = ask([...others.slice(0, 1), rpm]);
  expect(served.action.kind).toBe("serve-cached");
  expect(served.reserved).toEqual([{ budget: "rpm", lease: "lease-of-rpm", amount: "1" }]);
  expect(ask(others).action.kind).toBe("serve-cached");
  expect(ask([{ ...rpm, left: "0" }]).action).toMatchObject({ code: "rate-limited" });
});

test("a key is kept to its models", () => {
  const input = { ...decisionInput(), keyScope: { models: ["b/*", "c/free"] } };
  expect(decide(input, documents(ENDPOINTS)).action).toMatchObject({ plan: ["b/two", "c/free"] });
  const nothing = { ...input, keyScope: { models: ["d/*"] } };
  expect(decide(nothing, documents(ENDPOINTS)).action).toMatchObject({ kind: "refuse", code: "policy-refused" });
});

test("no reservation is ever more than what is left, or less than what any endpoint of the plan can cost", () => {
  const left = fc.bigInt({ min: 0n, max: 60_000_000_000n }).map(String);
  const unit = fc.constantFrom<BudgetState["unit"][]>("pico-usd", "tokens");
  const someBudgets = fc.uniqueArray(
    fc.record({ budget: fc.constantFrom("a", "b", "c"), unit, lease: fc.constant("l"), left }),
    { selector: (state) => state.budget, minLength: 1 },
  );
  fc.assert(
    fc.property(someInput, someDocuments, someBudgets, (plain, docs, budgets) => {
      const input: DecisionInput = { ...plain, budgets };
      const { action, reserved = [] } = decide(input, docs);
      if (action.kind !== "route") return;
      expect(reserved.map(({ budget: name }) => name)).toEqual(budgets.map(({ budget: name }) => name));
      const tokens = { input: input.classification.inputTokens, output: action.maxOutputTokens * input.facts.choices };
      for (const [at, state] of budgets.entries()) {
        const amount = BigInt(reserved[at]?.amount ?? -1);
        expect(amount).toBeLessThanOrEqual(BigInt(state.left));
        for (const id of action.plan) {
          const known = docs.catalogue.endpoints.find((each) => each.id === id);
          const cost =
            state.unit === "tokens" ? tokens.input + tokens.output : estimateCost(known?.price ?? null, tokens);
          expect(amount).toBeGreaterThanOrEqual(BigInt(cost ?? Number.NaN));
        }
      }
    }),
    { numRuns: 500 },
  );
});
