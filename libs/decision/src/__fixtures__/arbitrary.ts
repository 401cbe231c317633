import {
  CAPABILITIES,
  type DecisionInput,
  type Endpoint,
  MODALITIES,
  type PolicyDocument,
  type PolicyEffects,
  type PolicyRule,
} from "@signalbox/proto";
import * as fc from "fast-check";
import type { DecisionDocuments } from "../prepare-documents.ts";
import { decisionInput, documents, endpoint, health, NOW_MS, priced } from "./documents.ts";

const price = fc.option(
  fc.tuple(fc.nat(20), fc.nat(20)).map(([input, output]) => priced(input * 100_000, output * 100_000)),
);
const anEndpoint: fc.Arbitrary<Endpoint> = fc
  .record({
    provider: fc.constantFrom("a", "b", "c"),
    model: fc.constantFrom("m1", "m2", "m3", "m4"),
    family: fc.constantFrom("f1", "f2"),
    price,
    capabilities: fc.subarray([...CAPABILITIES]),
    inputs: fc.subarray([...MODALITIES], { minLength: 1 }),
    contextTokens: fc.option(fc.constantFrom(1_000, 4_000, 128_000)),
    maxOutputTokens: fc.option(fc.constantFrom(500, 1_000, 8_000)),
    deprecated: fc.boolean(),
    quality: fc.option(fc.constantFrom(300_000, 600_000, 900_000)),
  })
  .map(({ quality, ...fields }) =>
    endpoint(`${fields.provider}/${fields.model}`, {
      ...fields,
      quality: quality === null ? {} : { default: { value: quality, source: "measured", reference: null } },
    }),
  );
const endpoints = fc.uniqueArray(anEndpoint, { selector: ({ id }) => id, maxLength: 12 });
const snapshot = fc
  .uniqueArray(
    fc.record({
      endpoint: fc.constantFrom("a/m1", "a/m2", "b/m1", "b/m3", "c/m4"),
      openUntilMs: fc.constantFrom(0, NOW_MS - 5, NOW_MS + 5),
      latencyMs: fc.option(fc.constantFrom(100, 200)),
    }),
    { selector: (entry) => entry.endpoint },
  )
  .map(health);
const policy: fc.Arbitrary<Partial<PolicyDocument>> = fc.record({
  deny: fc.subarray(["a/*", "m2", "c/m4"]),
  planMax: fc.integer({ min: 1, max: 8 }),
  defaultStrategy: fc.constantFrom("value", "cost", "latency", "quality"),
});
const selector: fc.Arbitrary<string> = fc.constantFrom(
  "a/*",
  "b/*",
  "m1",
  "f2",
  "c/m4",
  "group:near",
  "group:far",
  "nothing",
);
const selectors = fc.uniqueArray(selector, { minLength: 1, maxLength: 3 });
const effects: fc.Arbitrary<PolicyEffects> = fc
  .record(
    {
      deny: fc.constant("not today"),
      allow: fc.constant(true as const),
      pin: selector,
      route: fc.constantFrom("near", "far"),
      only: selectors,
      exclude: selectors,
      prefer: selectors,
      require: fc.constantFrom<NonNullable<PolicyEffects["require"]>[]>(
        { openWeights: true },
        { capabilities: ["tools"] },
      ),
      weights: fc.array(fc.record({ of: selector, weight: fc.integer({ min: 1, max: 9 }) }), {
        minLength: 1,
        maxLength: 3,
      }),
      split: fc.constant<NonNullable<PolicyEffects["split"]>>([{ arm: "canary", share: 250_000, to: "b/*" }]),
      strategy: fc.constantFrom<NonNullable<PolicyEffects["strategy"]>[]>("value", "cost", "latency", "quality"),
      fallbacks: selectors,
      maxOutputTokens: fc.constantFrom(50, 2_000),
      maxCostPicoUsd: fc.constantFrom("0", "2000000000"),
      cache: fc.constantFrom<NonNullable<PolicyEffects["cache"]>[]>({ serve: false }, { ttlSeconds: 5 }),
      tag: fc.constant<string[]>(["seen"]),
      obligations: fc.constant<Record<string, string>>({ "ask-first": "legal" }),
    },
    { requiredKeys: [] },
  )
  // A denial leaves nothing to look at, so it comes alone and seldom.
  .map(({ deny, ...rest }): PolicyEffects => {
    return deny === undefined || Object.keys(rest).length > 0 ? rest : { deny };
  });
const rule: fc.Arbitrary<Omit<PolicyRule, "name">> = fc.record({
  when: fc.constantFrom("true", "false", 'model == "auto"', "difficulty > 0.5", 'roles[0] == "x"', 'healthy("a/*")'),
  final: fc.boolean(),
  effects,
});
/** Policies whose rules clash in every way. */
export const someRules: fc.Arbitrary<Partial<PolicyDocument>> = fc.record({
  match: fc.constantFrom("all", "first"),
  otherwise: fc.constantFrom("allow", "allow", "deny"),
  groups: fc.constant({ near: ["a/*", "b/m1"], far: ["group:near", "c/*"] }),
  rules: fc.array(rule, { maxLength: 4 }).map((rules) => rules.map((one, at) => ({ ...one, name: `rule-${at}` }))),
});
/** Small catalogues in which endpoints collide in every way. */
export const someDocuments: fc.Arbitrary<DecisionDocuments> = fc
  .record({ endpoints, snapshot, policy, rules: fc.oneof(fc.constant({}), someRules) })
  .map((parts) => documents(parts.endpoints, { policy: { ...parts.policy, ...parts.rules }, health: parts.snapshot }));
export const someInput: fc.Arbitrary<DecisionInput> = fc
  .record({
    model: fc.constantFrom("auto", "auto:cost", "auto:latency", "auto:quality", "m1", "f1", "a/m1", "nothing"),
    maxOutputTokens: fc.option(fc.constantFrom(100, 1_000, 5_000)),
    difficulty: fc.constantFrom(200_000, 500_000, 950_000),
    capabilities: fc.subarray([...CAPABILITIES], { maxLength: 1 }),
    draw: fc.nat(0xffff_ffff),
  })
  .map(({ model, maxOutputTokens, difficulty, capabilities, draw }) =>
    decisionInput({ draw, facts: { model, maxOutputTokens }, classification: { difficulty, capabilities } }),
  );
