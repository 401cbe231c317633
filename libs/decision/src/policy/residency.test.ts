import type { DecisionInput, PolicyRule } from "@signalbox/proto";
import * as fc from "fast-check";
import { expect, test } from "vitest";
import { someDocuments, someInput, someRules } from "../__fixtures__/arbitrary.ts";
import { decide } from "../decide.ts";

const EU_ONLY: PolicyRule = {
  name: "eu-only",
  when: "true",
  final: false,
  effects: { require: { regions: ["eu-*"], zeroRetention: true } },
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

const someRegion = fc.constantFrom("eu-west", "eu-north", "us-east", "europe", null);
const someRetention = fc.constantFrom("zero" as const, "limited" as const, undefined);
/** Catalogues over regions, with an answer of one of their endpoints at hand; rules clash with the requirement in every way. */
const someCase = fc
  .tuple(someDocuments, someRules, fc.array(fc.tuple(someRegion, someRetention), { minLength: 12, maxLength: 12 }))
  .map(([docs, rules, places]) => {
    const endpoints = docs.catalogue.endpoints.map(({ retention: _none, ...each }, at) => {
      const [region = null, retention] = places[at] ?? [];
      return { ...each, region, ...(retention === undefined ? {} : { retention }) };
    });
    const policy = { ...docs.policy, ...rules, rules: [EU_ONLY, ...(rules.rules ?? [])], match: "all" as const };
    return { ...docs, policy, catalogue: { ...docs.catalogue, endpoints } };
  });

test("a request that may not leave a region reaches no endpoint outside of it, kept answers included", () => {
  fc.assert(
    fc.property(someInput, someCase, fc.option(fc.nat(11)), (plain, docs, kept) => {
      const entry = kept === null ? undefined : docs.catalogue.endpoints[kept];
      const input: DecisionInput = entry === undefined ? plain : { ...plain, lookup: { ...KEPT, endpoint: entry.id } };
      const { action, ranked, propensities } = decide(input, docs);
      const reached = [
        ...(action.kind === "route" ? action.plan : action.kind === "serve-cached" ? [action.endpoint] : []),
        ...ranked.map(({ endpoint }) => endpoint),
        ...propensities.map(({ endpoint }) => endpoint),
      ];
      const outside = docs.catalogue.endpoints.filter(
        ({ id, region, retention }) =>
          reached.includes(id) && !(region?.startsWith("eu-") === true && retention === "zero"),
      );
      expect(outside).toEqual([]);
    }),
    { numRuns: 500 },
  );
});
