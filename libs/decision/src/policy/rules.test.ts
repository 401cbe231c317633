import type { Decision, DecisionInput, PolicyDocument, PolicyEffects } from "@signalbox/proto";
import { expect, test } from "vitest";
import {
  decisionInput,
  documents,
  endpoint,
  health,
  type InputFields,
  NOW_MS,
  priced,
} from "../__fixtures__/documents.ts";
import { decide, decidePrepared } from "../decide.ts";
import { prepareDocuments } from "../prepare-documents.ts";

const ENDPOINTS = [
  endpoint("a/one", { region: "eu-west", retention: "zero", training: "never", price: priced(1_000_000, 1_000_000) }),
  endpoint("b/two", { region: "us-east", openWeights: true, price: priced(2_000_000, 2_000_000) }),
  endpoint("c/three", { region: null, capabilities: ["tools", "reasoning"], price: priced(3_000_000, 3_000_000) }),
  endpoint("d/four", { price: null }),
];

type Written = { name?: string; when?: string; final?: boolean } & PolicyEffects;

/** Each rule is its effects, with what else it says beside them. */
function policyOf(rules: readonly Written[], more: Partial<PolicyDocument> = {}): Partial<PolicyDocument> {
  return {
    ...more,
    rules: rules.map(({ name, when = "true", final = false, ...effects }, at) => {
      return { name: name ?? `r${at + 1}`, when, final, effects };
    }),
  };
}

function run(rules: readonly Written[], more: Partial<PolicyDocument> & { input?: InputFields } = {}): Decision {
  const { input = {}, ...policy } = more;
  return decide(decisionInput(input), documents(ENDPOINTS, { policy: policyOf(rules, policy) }));
}

function planOf({ action }: Decision): readonly string[] | string {
  return action.kind === "route" ? action.plan : action.kind === "refuse" ? action.message : action.endpoint;
}

function excludedBy(decision: Decision): string[] {
  return decision.excluded.map(({ rule, endpoints }) => `${rule} ${endpoints}`);
}

test("a policy without rules leaves no trace, and one with rules says that none applied", () => {
  expect(run([])).not.toHaveProperty("policy");
  expect(run([{ when: "false", deny: "no" }]).policy).toEqual({
    applied: [],
    failed: [],
    tags: [],
    obligations: [],
    arm: null,
  });
});

test("a denial refuses with its message, and what comes after it is not looked at", () => {
  const decision = run([{ tag: ["seen"] }, { deny: "Ask the data office." }, { tag: ["late"] }]);
  expect(decision.action).toEqual({ kind: "refuse", code: "policy-refused", message: "Ask the data office." });
  expect(decision.policy?.applied.map(({ rule }) => rule)).toEqual(["r1", "r2"]);
  expect(decision.policy?.tags).toEqual(["seen"]);
});

test("an allowance keeps later denials away", () => {
  expect(planOf(run([{ when: 'task == "code"', allow: true }, { deny: "no" }]))).toContain("a/one");
});

test("with `otherwise: deny` only what a rule allows is let through", () => {
  const rules = [{ when: 'model == "auto"', allow: true as const }];
  expect(planOf(run(rules, { otherwise: "deny" }))).toContain("a/one");
  const other = run(rules, { otherwise: "deny", input: { facts: { model: "one" } } });
  expect(planOf(other)).toBe("No rule of the policy allows this request.");
});

test.each<[string, Written, { plan: string[]; excluded: string[] }]>([
  ["only", { only: ["a/*", "two"] }, { plan: ["a/one", "b/two"], excluded: ["rule:r1:only 2-3"] }],
  ["exclude", { exclude: ["group:dear", "four"] }, { plan: ["a/one", "b/two"], excluded: ["rule:r1:exclude 2-3"] }],
  ["region", { require: { regions: ["eu-*"] } }, { plan: ["a/one"], excluded: ["rule:r1:region 1-3"] }],
  [
    "zero retention",
    { require: { zeroRetention: true } },
    { plan: ["a/one"], excluded: ["rule:r1:zero-retention 1-3"] },
  ],
  ["no training", { require: { noTraining: true } }, { plan: ["a/one"], excluded: ["rule:r1:no-training 1-3"] }],
  ["open weights", { require: { openWeights: true } }, { plan: ["b/two"], excluded: ["rule:r1:open-weights 0,2-3"] }],
  [
    "capability",
    { require: { capabilities: ["reasoning"] } },
    { plan: ["c/three"], excluded: ["rule:r1:capability 0-1,3"] },
  ],
  ["a cap on cost", { maxCostPicoUsd: "4000000000" }, { plan: ["a/one", "b/two"], excluded: ["rule:r1:max-cost 2-3"] }],
])("%s rules out, and the record names the rule", (_what, rule, { plan, excluded }) => {
  const decision = run([rule], { groups: { dear: ["c/*"] } });
  expect(planOf(decision)).toEqual(plan);
  expect(excludedBy(decision)).toEqual(excluded);
});

test.each<[string, NonNullable<DecisionInput["keyScope"]>, string[]]>([
  ["models", { models: ["b/*", "one"] }, ["key:models 2-3"]],
  ["routes", { routes: ["dear", "none"] }, ["key:routes 0-1,3"]],
  ["endpoints", { endpoints: ["*/two", "four"] }, ["key:endpoints 0,2-3"]],
  ["regions, in which what is unknown is not", { regions: ["us-*"] }, ["key:regions 0,2-3"]],
  ["several, which all must hold", { models: ["a/*", "b/*"], regions: ["us-*"] }, ["key:models 2-3", "key:regions 0"]],
])("B15 a key may be held to %s", (_what, keyScope, excluded) => {
  const policy = policyOf([], { groups: { dear: ["c/*"] } });
  expect(excludedBy(decide({ ...decisionInput(), keyScope }, documents(ENDPOINTS, { policy })))).toEqual(excluded);
});

test("B15 what a caller writes where a condition makes a selector of it changes nothing for others", () => {
  const rules = [{ when: "healthy(model)", tag: ["asked"] }, { exclude: ["a/*", "b/*"] }];
  const docs = documents(ENDPOINTS, { policy: policyOf(rules) });
  const prepared = prepareDocuments(docs);
  for (const model of ["any a/*\nb/*", "one any a/*\nb/*"]) {
    decidePrepared(decisionInput({ facts: { model } }), prepared);
  }
  expect(excludedBy(decidePrepared(decisionInput(), prepared))).toEqual(["rule:r2:exclude 0-1"]);
});

test("what a kept conversation was held to holds for what goes on from it, whatever the rules say now", () => {
  const held = { ...decisionInput(), residency: [{ regions: ["eu-*"] }, { noTraining: true as const }] };
  const decision = decide(held, documents(ENDPOINTS, { policy: policyOf([{ allow: true }]) }));
  expect(planOf(decision)).toEqual(["a/one"]);
  expect(excludedBy(decision)).toEqual(["kept:region 1-3"]);
  const pinned = { ...held, facts: { ...held.facts, model: "two" } };
  expect(decide(pinned, documents(ENDPOINTS)).action).toMatchObject({ kind: "refuse", code: "policy-refused" });
});

test("a rule whose throttle lets no more through refuses as one that is asked too often, by its name", () => {
  const rules = [{ throttle: { by: "team", requestsPerMinute: 5 } as const }, { tag: ["seen"] }];
  const docs = documents(ENDPOINTS, { policy: policyOf(rules) });
  const { action, policy } = decide({ ...decisionInput(), throttled: ["r1"] }, docs);
  expect(action).toEqual({
    kind: "refuse",
    code: "rate-limited",
    message: "The policy's rule 'r1' lets 5 requests a minute through for each team.",
  });
  expect(policy?.applied.map(({ rule }) => rule)).toEqual(["r1", "r2"]);
  expect(decide({ ...decisionInput(), throttled: ["r2"] }, docs).action.kind).toBe("route");
});

test("what rules leave nothing of is refused as the policy's doing", () => {
  const decision = run([{ only: ["a/*"] }, { exclude: ["a/*"] }]);
  expect(decision.action).toMatchObject({ kind: "refuse", code: "policy-refused" });
  expect(planOf(decision)).toContain("rule:r1:only (3), rule:r2:exclude (1)");
});

test("a cached answer of an endpoint that a rule rules out is not served (B14)", () => {
  const lookup = {
    status: "hit",
    entryId: "01990000-0000-7000-8000-000000000002",
    endpoint: "b/two",
    ageSeconds: 1,
  } as const;
  const usage = { inputTokens: 1, cachedInputTokens: 0, cacheWriteTokens: 0, outputTokens: 1, reasoningTokens: 0 };
  const input = { lookup: { ...lookup, usage: { ...usage, source: "reported" as const } } };
  expect(run([{ require: { regions: ["eu-*"] } }], { input }).cache).toBe("hit-not-allowed");
  expect(run([{ cache: { serve: false } }], { input }).cache).toBe("hit-not-allowed");
  expect(run([{ require: { openWeights: true } }], { input }).cache).toBe("hit");
});

test("a pin takes the place of what the caller named (B15)", () => {
  const input = { facts: { model: "three" } };
  expect(planOf(run([{ pin: "b/two" }], { input }))).toEqual(["b/two"]);
  expect(planOf(run([{ pin: "five" }], { input }))).toBe(
    "The policy's rule 'r1' pins 'five', which is not in the catalogue.",
  );
});

test("a group is chosen within in its order, by rule or by the caller's word", () => {
  const groups = { near: ["c/*", "a/*"], all: ["group:near", "b/*"] };
  expect(planOf(run([{ route: "all" }], { groups }))).toEqual(["c/three", "a/one", "b/two"]);
  const asked = run([], { groups, input: { facts: { model: "group:near" } } });
  expect(planOf(asked)).toEqual(["c/three", "a/one"]);
  expect(excludedBy(asked)).toEqual(["group:near 1,3"]);
  expect(run([], { groups, input: { facts: { model: "group:none" } } }).reason).toBe("model-not-found");
});

test("preferences come before the strategy, and the rest follows", () => {
  expect(planOf(run([{ prefer: ["d/*", "b/*"] }]))).toEqual(["d/four", "b/two", "a/one", "c/three"]);
});

test("a chain of fallbacks is the plan after its first", () => {
  expect(planOf(run([{ fallbacks: ["d/*", "a/*", "c/*"] }]))).toEqual(["a/one", "d/four", "c/three"]);
});

test("output is capped by the smallest of the caps, never raised", () => {
  expect(run([{ maxOutputTokens: 500 }, { maxOutputTokens: 200 }]).action).toMatchObject({
    maxOutputTokens: 200,
    maxOutputSource: "policy",
  });
  expect(run([{ maxOutputTokens: 5_000 }]).action).toMatchObject({
    maxOutputTokens: 1_000,
    maxOutputSource: "request",
  });
});

test("a rule sets the cache's terms", () => {
  expect(run([{ cache: { ttlSeconds: 7 } }]).action).toMatchObject({ storeTtlSeconds: 7 });
  expect(run([{ cache: { store: false } }]).action).toMatchObject({ storeTtlSeconds: null });
});

test("what others are to do stands on the record", () => {
  const rule = {
    redact: ["email"],
    throttle: { by: "key", requestsPerMinute: 5 },
    obligations: { review: "legal" },
  } as const;
  expect(run([{ ...rule, redact: [...rule.redact] }]).policy?.obligations).toEqual([
    { rule: "r1", kind: "redact", types: ["email"] },
    { rule: "r1", kind: "throttle", by: "key", requestsPerMinute: 5 },
    { rule: "r1", kind: "custom", name: "review", value: "legal" },
  ]);
});

test("effects of all rules add up; of what can be had once the first is had, and the others are named", () => {
  const decision = run([
    { strategy: "quality", exclude: ["a/*"], tag: ["x"] },
    { strategy: "cost", exclude: ["b/*"], tag: ["x", "y"] },
  ]);
  expect(planOf(decision)).toEqual(["c/three", "d/four"]);
  expect(decision.strategy).toBe("quality");
  expect(decision.policy).toMatchObject({
    tags: ["x", "y"],
    applied: [
      { rule: "r1", effects: ["exclude", "strategy", "tag"], overridden: [] },
      { rule: "r2", effects: ["exclude", "tag"], overridden: ["strategy"] },
    ],
  });
});

test("with `match: first`, and after a final rule, no other is looked at", () => {
  const first = run([{ when: "false", tag: ["a"] }, { tag: ["b"] }, { deny: "no" }], { match: "first" });
  const final = run([{ tag: ["a"] }, { tag: ["b"], final: true }, { deny: "no" }]);
  expect([first.policy?.tags, final.policy?.tags]).toEqual([["b"], ["a", "b"]]);
});

test("a condition that cannot be computed restricts, and never permits", () => {
  const decision = run([
    { when: 'roles[0] == "admin"', allow: true },
    { when: 'roles[0] == "guest"', exclude: ["a/*"] },
    { when: 'roles[0] == "guest"', prefer: ["d/*"] },
  ]);
  expect(planOf(decision)).toEqual(["b/two", "c/three", "d/four"]);
  expect(decision.policy).toMatchObject({ failed: ["r1", "r2", "r3"], applied: [{ rule: "r2" }] });
  expect(planOf(run([{ when: "roles[0] == team", deny: "no" }]))).toBe("no");
});

test("rules read the health of endpoints, and the clock of the policy's zone", () => {
  const policy = policyOf([{ when: '!healthy("a/*") && hour == 16', pin: "c/three" }]);
  const open = health([{ endpoint: "a/one", openUntilMs: NOW_MS + 1 }]);
  const context = { utcOffsetMinutes: 120 };
  const input = { ...decisionInput(), context };
  expect(planOf(decide(input, documents(ENDPOINTS, { policy, health: open })))).toEqual(["c/three"]);
  expect(planOf(decide(input, documents(ENDPOINTS, { policy })))).toContain("a/one");
  expect(
    planOf(decide({ ...input, context: { utcOffsetMinutes: 0 } }, documents(ENDPOINTS, { policy, health: open }))),
  ).toContain("b/two");
});
