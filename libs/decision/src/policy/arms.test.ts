import type { Decision, PolicyEffects } from "@signalbox/proto";
import * as fc from "fast-check";
import { expect, test } from "vitest";
import { decisionInput, documents, endpoint, health, NOW_MS, priced } from "../__fixtures__/documents.ts";
import { decide } from "../decide.ts";
import { prepareDocuments } from "../prepare-documents.ts";
import { decidePrepared } from "../decide.ts";
import { seededDraw } from "./seeded-draw.ts";

const ENDPOINTS = [
  endpoint("a/old", { price: priced(1, 1) }),
  endpoint("b/new", { price: priced(2, 2) }),
  endpoint("c/other", { price: priced(3, 3) }),
];
const ALL = 1_000_000;

function docsWith(effects: PolicyEffects) {
  return documents(ENDPOINTS, { policy: { rules: [{ name: "draw", when: "true", final: false, effects }] } });
}

function requestId(at: number): string {
  return `01990000-0000-7000-8000-${at.toString(16).padStart(12, "0")}`;
}

function firstOf({ action }: Decision): string | undefined {
  return action.kind === "route" ? action.plan[0] : undefined;
}

/** How many of `count` requests come first to each endpoint. */
function shares(effects: PolicyEffects, count: number): Record<string, number> {
  const prepared = prepareDocuments(docsWith(effects));
  const seen: Record<string, number> = {};
  for (let at = 0; at < count; at += 1) {
    const first = firstOf(decidePrepared(decisionInput({ facts: { requestId: requestId(at) } }), prepared)) ?? "";
    seen[first] = (seen[first] ?? 0) + 1;
  }
  return seen;
}

test("a canary takes its share, and the rest is decided as before", () => {
  const seen = shares({ split: [{ arm: "canary", share: 50_000, to: "b/*" }] }, 10_000);
  expect(seen["b/new"]).toBeGreaterThan(380);
  expect(seen["b/new"]).toBeLessThan(620);
  expect(seen["a/old"]).toBe(10_000 - (seen["b/new"] ?? 0));
});

test("weights are proportions", () => {
  const seen = shares(
    {
      weights: [
        { of: "a/*", weight: 1 },
        { of: "c/*", weight: 3 },
      ],
    },
    10_000,
  );
  expect(seen["c/other"]).toBeGreaterThan(7_300);
  expect(seen["c/other"]).toBeLessThan(7_700);
  expect(seen["b/new"]).toBeUndefined();
});

test("the arm and every propensity stand on the record", () => {
  const effects = {
    split: [
      { arm: "canary", share: 100_000, to: "b/*" },
      { arm: "blue", share: 300_000, to: "c/*" },
    ],
  };
  for (let at = 0; at < 200; at += 1) {
    const decision = decide(decisionInput({ facts: { requestId: requestId(at) } }), docsWith(effects));
    const chances = Object.fromEntries(decision.propensities.map(({ endpoint: id, propensity }) => [id, propensity]));
    expect(chances).toEqual({ "a/old": 600_000, "b/new": 100_000, "c/other": 300_000 });
    expect(decision.propensities[0]?.endpoint).toBe(firstOf(decision));
    const arm = { "a/old": null, "b/new": "canary", "c/other": "blue" }[firstOf(decision) ?? ""];
    expect(decision.policy?.arm?.arm ?? null).toBe(arm);
  }
});

test("a request keeps its arm at every try", () => {
  fc.assert(
    fc.property(fc.uuid(), fc.nat(0xffff_ffff), (id, draw) => {
      const docs = docsWith({ split: [{ arm: "half", share: 500_000, to: "b/*" }] });
      const once = decide(decisionInput({ facts: { requestId: id } }), docs);
      const again = decide(decisionInput({ draw, facts: { requestId: id, attempt: 2 } }), docs);
      expect(firstOf(again)).toBe(firstOf(once));
    }),
  );
});

test("an arm of which nothing is eligible gives its share back", () => {
  const docs = docsWith({ split: [{ arm: "gone", share: ALL, to: "z/*" }] });
  expect(decide(decisionInput(), docs)).toMatchObject({
    reason: "cheapest-good-enough",
    propensities: [{ endpoint: "a/old", propensity: ALL }],
    policy: { arm: null },
  });
});

test("propensities add up whatever is drawn and probed", () => {
  const open = health([{ endpoint: "a/old", openUntilMs: NOW_MS - 1 }]);
  const docs = {
    ...docsWith({
      weights: [
        { of: "a/*", weight: 1 },
        { of: "b/*", weight: 2 },
        { of: "*", weight: 4 },
      ],
    }),
    health: open,
  };
  fc.assert(
    fc.property(fc.uuid(), fc.nat(0xffff_ffff), (id, draw) => {
      const { propensities } = decide(decisionInput({ draw, facts: { requestId: id } }), docs);
      expect(propensities.reduce((sum, { propensity }) => sum + propensity, 0)).toBe(ALL);
    }),
  );
});

test("draws of two rules have nothing to do with each other", () => {
  let both = 0;
  for (let at = 0; at < 10_000; at += 1) {
    if (seededDraw(requestId(at), "one") < ALL / 2 && seededDraw(requestId(at), "two") < ALL / 2) both += 1;
  }
  expect(both).toBeGreaterThan(2_300);
  expect(both).toBeLessThan(2_700);
});
