import { expect, test } from "vitest";
import {
  decisionInput,
  documents,
  endpoint,
  health,
  NOW_MS,
  priced,
  PROBING_DRAW,
  quality,
} from "./__fixtures__/documents.ts";
import { decide } from "./decide.ts";

const CHEAP = endpoint("a/cheap", { price: priced(100_000, 400_000), quality: quality(300_000) });
const GOOD = endpoint("b/good", { price: priced(1_000_000, 4_000_000), quality: quality(600_000) });
const BEST = endpoint("c/best", { price: priced(5_000_000, 20_000_000), quality: quality(900_000) });
const UNPRICED = endpoint("d/unpriced", { price: null, quality: quality(700_000) });
const ALL = [CHEAP, GOOD, BEST, UNPRICED];

function order(model: string, difficulty: number, endpoints = ALL) {
  const decision = decide(decisionInput({ facts: { model }, classification: { difficulty } }), documents(endpoints));
  return { reason: decision.reason, ranked: decision.ranked.map((ranked) => ranked.endpoint) };
}

test("value takes the cheapest that is good enough, and the unpriced after the priced", () => {
  expect(order("auto", 500_000)).toEqual({
    reason: "cheapest-good-enough",
    ranked: ["b/good", "c/best", "d/unpriced", "a/cheap"],
  });
});

test("value takes the best when none is good enough", () => {
  expect(order("auto:value", 950_000)).toEqual({
    reason: "none-good-enough",
    ranked: ["c/best", "d/unpriced", "b/good", "a/cheap"],
  });
});

test("cost takes the cheapest, and the unpriced only among themselves", () => {
  expect(order("auto:cost", 950_000)).toEqual({ reason: "cheapest", ranked: ["a/cheap", "b/good", "c/best"] });
  expect(order("auto:cost", 950_000, [UNPRICED]).ranked).toEqual(["d/unpriced"]);
});

test("quality takes the best, whatever the difficulty", () => {
  expect(order("auto:quality", 100_000)).toEqual({
    reason: "highest-quality",
    ranked: ["c/best", "d/unpriced", "b/good", "a/cheap"],
  });
});

test("latency takes the fastest known, then the cheapest unknown", () => {
  const docs = documents(ALL, {
    health: health([
      { endpoint: "b/good", latencyMs: 900 },
      { endpoint: "c/best", latencyMs: 200 },
    ]),
  });
  const decision = decide(decisionInput({ facts: { model: "auto:latency" } }), docs);
  expect(decision.reason).toBe("lowest-latency");
  expect(decision.ranked.map((ranked) => ranked.endpoint)).toEqual(["c/best", "b/good", "a/cheap", "d/unpriced"]);
});

test("a quality figure for the task outweighs the default, and an unknown one is marked as assumed", () => {
  const docs = documents([
    endpoint("a/coder", {
      quality: { ...quality(100_000), code: { value: 800_000, source: "measured", reference: "a benchmark" } },
    }),
    endpoint("b/unknown", { quality: {}, price: priced(1_000_000, 3_000_000) }),
  ]);
  const { ranked } = decide(decisionInput({ facts: { model: "auto:quality" } }), docs);
  expect(ranked).toMatchObject([
    { endpoint: "a/coder", quality: 800_000, qualitySource: "measured" },
    { endpoint: "b/unknown", quality: 620_000, qualitySource: "assumed" },
  ]);
});

test("a half-open endpoint comes after all others (B11)", () => {
  const docs = documents(ALL, { health: health([{ endpoint: "b/good", openUntilMs: NOW_MS }]) });
  const decision = decide(decisionInput(), docs);
  expect(decision.ranked.map((ranked) => ranked.endpoint)).toEqual(["c/best", "d/unpriced", "a/cheap", "b/good"]);
  expect(decision.propensities).toEqual([
    { endpoint: "c/best", propensity: 937_500 },
    { endpoint: "b/good", propensity: 62_500 },
  ]);
});

test("one draw in sixteen probes a half-open endpoint (B11)", () => {
  const docs = documents(ALL, { health: health([{ endpoint: "b/good", openUntilMs: NOW_MS }]) });
  const decision = decide(decisionInput({ draw: PROBING_DRAW }), docs);
  expect(decision).toMatchObject({
    reason: "half-open-probe",
    action: { plan: ["b/good", "c/best", "d/unpriced", "a/cheap"] },
  });
  expect(decision.propensities).toEqual([
    { endpoint: "b/good", propensity: 62_500 },
    { endpoint: "c/best", propensity: 937_500 },
  ]);
  expect(decide(decisionInput({ draw: 0x1000_0000 }), docs).reason).toBe("cheapest-good-enough");
});

test("a half-open endpoint that is the only one is chosen for certain (B11)", () => {
  const docs = documents([GOOD], { health: health([{ endpoint: "b/good", openUntilMs: NOW_MS }]) });
  expect(decide(decisionInput(), docs)).toMatchObject({
    action: { plan: ["b/good"] },
    propensities: [{ endpoint: "b/good", propensity: 1_000_000 }],
  });
});
