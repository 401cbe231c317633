import type { DecisionInput, Endpoint, PolicyRule } from "@signalbox/proto";
import * as fc from "fast-check";
import { expect, test } from "vitest";
import { someDocuments, someInput, someRules } from "../__fixtures__/arbitrary.ts";
import { decide } from "../decide.ts";

const EU_ONLY: PolicyRule = {
  name: "eu-only",
  when: "true",
  final: false,
  effects: { require: { regions: ["eu-*"], zeroRetention: true, noTraining: true } },
};

const KEPT = {
  status: "hit",
  entryId: "01990000-0000-7000-8000-000000000002",
  ageSeconds: 1,
  usage: {
    inputTokens: 1,
    cachedInputTokens: 0,
    cacheWriteTokens: 0,
    outputTokens: 1,
    reasoningTokens: 0,
    source: "reported",
  },
} as const;

/** Most are inside, so that there is something to choose; the others miss by one of the three. */
const someTerms = fc.oneof(
  { weight: 3, arbitrary: fc.constant({ region: "eu-west", retention: "zero", training: "never" } as const) },
  {
    weight: 2,
    arbitrary: fc.record({
      region: fc.constantFrom("eu-north", "us-east", "europe", "eu", null),
      retention: fc.constantFrom("zero" as const, "limited" as const, undefined),
      training: fc.constantFrom("never" as const, "may" as const, undefined),
    }),
  },
);

function isInside({ region, retention, training }: Endpoint): boolean {
  return region?.startsWith("eu-") === true && retention === "zero" && training === "never";
}

/** Catalogues over terms, with rules that clash with the requirement in every way, wherever it stands among them. */
const someCase = fc
  .tuple(someDocuments, someRules, fc.array(someTerms, { minLength: 12, maxLength: 12 }), fc.nat(4))
  .map(([docs, { rules = [], ...more }, terms, at]) => {
    const endpoints = docs.catalogue.endpoints.map(({ retention: _r, training: _t, ...each }, index): Endpoint => {
      const { region = null, retention, training } = terms[index] ?? {};
      return {
        ...each,
        region,
        ...(retention === undefined ? {} : { retention }),
        ...(training === undefined ? {} : { training }),
      };
    });
    const policy = { ...docs.policy, ...more, rules: rules.toSpliced(at, 0, EU_ONLY) };
    return { ...docs, policy, catalogue: { ...docs.catalogue, endpoints } };
  });

/** As often not there as there. */
const HALF = { freq: 1 } as const;
const someModel = fc.option(fc.constantFrom("group:near", "group:far", "b/m1", "f2", "auto:cost"), HALF);
const someScope = fc.option(
  fc.constantFrom<NonNullable<DecisionInput["keyScope"]>[]>(
    { models: ["a/*"] },
    { models: ["b/*", "m1"], regions: ["us-*", "eu-*"] },
    { routes: ["near"] },
    { endpoints: ["*"] },
  ),
  HALF,
);
/** What a kept conversation was held to before: as strict as the rule itself. */
const someHeld = fc.option(
  fc.constant<NonNullable<DecisionInput["residency"]>>([
    { regions: ["eu-*", "us-*"], zeroRetention: true },
    { regions: ["eu-*"], noTraining: true },
  ]),
  HALF,
);
const someMeans = fc.option(fc.constantFrom("0", "3000000000", "999999999999999"), HALF);

const someAsked = fc
  .tuple(someInput, someModel, someScope, someMeans, someHeld)
  .map(([input, model, keyScope, left, residency]): DecisionInput => {
    return {
      ...input,
      facts: { ...input.facts, ...(model === null ? {} : { model }) },
      ...(keyScope === null ? {} : { keyScope }),
      ...(residency === null ? {} : { residency }),
      ...(left === null ? {} : { budgets: [{ budget: "month", unit: "pico-usd", lease: "l", left }] }),
    };
  });

test("a request that may not leave a region reaches no endpoint outside of it, cached answers and conversations included", () => {
  let routed = 0;
  let served = 0;
  fc.assert(
    fc.property(someAsked, someCase, fc.option(fc.nat(11)), (plain, docs, kept) => {
      const entry = kept === null ? undefined : docs.catalogue.endpoints[kept];
      const input: DecisionInput = entry === undefined ? plain : { ...plain, lookup: { ...KEPT, endpoint: entry.id } };
      const { action, ranked, propensities, policy } = decide(input, docs);
      // A rule before it may have let the request through as the policy says; a kept conversation stays held.
      const isRequired = policy?.applied.some(({ rule }) => rule === EU_ONLY.name) === true;
      if (!isRequired && input.residency === undefined) return;
      if (action.kind === "route") routed += 1;
      if (action.kind === "serve-cached") served += 1;
      const reached = [
        ...(action.kind === "route" ? action.plan : action.kind === "serve-cached" ? [action.endpoint] : []),
        ...ranked.map(({ endpoint }) => endpoint),
        ...propensities.map(({ endpoint }) => endpoint),
      ];
      const outside = docs.catalogue.endpoints.filter((each) => reached.includes(each.id) && !isInside(each));
      expect(outside).toEqual([]);
    }),
    { numRuns: 4_000 },
  );
  // It is not for want of anything to choose that nothing outside is reached.
  expect(routed).toBeGreaterThan(30);
  expect(served).toBeGreaterThan(10);
});
