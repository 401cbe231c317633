import { type Capability, Decision, type DecisionInput, type RankedEndpoint } from "@signalbox/proto";
import * as fc from "fast-check";
import { expect, test } from "vitest";
import { someDocuments, someInput } from "./__fixtures__/arbitrary.ts";
import { health } from "./__fixtures__/documents.ts";
import { decide } from "./decide.ts";
import { parseIndexRanges } from "./index-ranges.ts";
import type { DecisionDocuments } from "./prepare-documents.ts";

function excludedIndexes(decision: Decision): number[] {
  return decision.excluded.flatMap(({ endpoints: ranges }) => parseIndexRanges(ranges));
}

function plan({ action }: Decision): readonly string[] {
  return action.kind === "route" ? action.plan : [];
}

function costOf({ costPicoUsd }: RankedEndpoint): number {
  return costPicoUsd === null ? Infinity : Number(costPicoUsd);
}

function excludedNames(decision: Decision, { catalogue }: DecisionDocuments): unknown {
  return decision.excluded.map(({ rule, endpoints: ranges }) => ({
    rule,
    ids: new Set(parseIndexRanges(ranges).map((index) => catalogue.endpoints[index]?.id)),
  }));
}

test("a decision fits its contract and accounts for every endpoint once", () => {
  fc.assert(
    fc.property(someInput, someDocuments, (input, docs) => {
      const decision = Decision.parse(decide(input, docs));
      const excluded = excludedIndexes(decision);
      expect(decision.excluded.reduce((sum, { count }) => sum + count, 0)).toBe(excluded.length);
      expect(new Set(excluded).size).toBe(excluded.length);
      const atOnce = decision.action.kind === "refuse" && excluded.length === 0;
      const looked = atOnce ? 0 : decision.considered;
      expect(decision.eligible + excluded.length).toBe(looked);
      const certain = decision.action.kind === "refuse" ? 0 : 1_000_000;
      expect(decision.propensities.reduce((sum, { propensity }) => sum + propensity, 0)).toBe(certain);
    }),
  );
});

test("a plan starts with the first ranked, names no endpoint twice and keeps the policy's length", () => {
  fc.assert(
    fc.property(someInput, someDocuments, (input, docs) => {
      const decision = decide(input, docs);
      expect(plan(decision)[0]).toBe(decision.ranked[0]?.endpoint);
      expect(new Set(plan(decision)).size).toBe(plan(decision).length);
      expect(plan(decision).length).toBeLessThanOrEqual(docs.policy.planMax);
    }),
  );
});

/** With every object's members in the order of RFC 8785. */
function ordered(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(ordered);
  if (typeof value !== "object" || value === null) return value;
  const members = Object.entries(value).toSorted(([a], [b]) => (a < b ? -1 : 1));
  return Object.fromEntries(members.map(([name, member]) => [name, ordered(member)]));
}

test("the members of a decision stand in the order in which they are signed", () => {
  fc.assert(
    fc.property(someInput, someDocuments, (input, docs) => {
      const text = JSON.stringify(decide(input, docs));
      expect(text).toBe(JSON.stringify(ordered(JSON.parse(text))));
    }),
  );
});

test("the same input gives the same bytes", () => {
  fc.assert(
    fc.property(someInput, someDocuments, (input, docs) => {
      const again = structuredClone({ input, docs });
      expect(JSON.stringify(decide(again.input, again.docs))).toBe(JSON.stringify(decide(input, docs)));
    }),
  );
});

test("permuting the catalogue changes nothing but the indexes", () => {
  const withOrder = someDocuments.chain((docs) =>
    fc
      .shuffledSubarray(docs.catalogue.endpoints, { minLength: docs.catalogue.endpoints.length })
      .map((shuffled) => ({ docs, permuted: { ...docs, catalogue: { ...docs.catalogue, endpoints: shuffled } } })),
  );
  fc.assert(
    fc.property(someInput, withOrder, (input, { docs, permuted }) => {
      const [one, other] = [decide(input, docs), decide(input, permuted)];
      expect(excludedNames(other, permuted)).toEqual(excludedNames(one, docs));
      expect({ ...other, excluded: [] }).toEqual({ ...one, excluded: [] });
    }),
  );
});

test.each<[string, (candidate: RankedEndpoint) => unknown]>([
  ["auto:cost", () => "any"],
  ["auto:quality", ({ quality }) => quality],
  ["auto:value", ({ goodEnough, quality }) => (goodEnough ? "good enough" : quality)],
  ["auto:latency", ({ latencyMs }) => latencyMs],
])("%s never prefers a dearer candidate of equal merit", (model, merit) => {
  fc.assert(
    fc.property(someInput, someDocuments, (input, docs) => {
      const request = { ...input, facts: { ...input.facts, model } };
      const policy = { ...docs.policy, rules: [], otherwise: "allow" as const };
      const closed = {
        ...docs,
        policy,
        health: health(docs.health.endpoints.map((entry) => ({ ...entry, openUntilMs: 0 }))),
      };
      const { ranked } = decide(request, closed);
      for (const group of Map.groupBy(ranked, merit).values()) {
        expect(group.map(costOf)).toEqual(group.map(costOf).toSorted((a, b) => (a < b ? -1 : Number(a > b))));
      }
    }),
  );
});

/** Without what is best effort, and what is left to a caller who names a model. */
function hardNeeds({ classification, facts }: DecisionInput): Capability[] {
  const soft = facts.model.startsWith("auto") ? ["seed"] : ["seed", "logprobs", "parallel-tools", "reasoning"];
  return classification.capabilities.filter((capability) => !soft.includes(capability));
}

test("a forbidden endpoint is never chosen", () => {
  fc.assert(
    fc.property(someInput, someDocuments, (input, docs) => {
      const forbidden = docs.catalogue.endpoints.filter(
        ({ id, provider, model, capabilities }) =>
          (docs.policy.deny.includes("a/*") && provider === "a") ||
          docs.policy.deny.some((pattern) => pattern === id || pattern === model) ||
          hardNeeds(input).some((capability) => !capabilities.includes(capability)) ||
          docs.health.endpoints.some((entry) => entry.endpoint === id && entry.openUntilMs > input.nowMs),
      );
      const chosen = plan(decide(input, docs));
      expect(forbidden.filter(({ id }) => chosen.includes(id))).toEqual([]);
    }),
  );
});
