import { NO_USAGE } from "@signalbox/proto";
import { expect, test } from "vitest";
import { chargeOfOutcome } from "./charge-of-outcome.ts";

const attempt = (endpoint: string, tokens: number, costPicoUsd: string | null) => ({
  endpoint,
  usage: { ...NO_USAGE, inputTokens: tokens, outputTokens: 2 * tokens },
  costPicoUsd,
});
const outcome = {
  attempts: [attempt("a/one", 10, "70"), attempt("b/two", 100, "900")],
  costPicoUsd: "970",
  result: "completed",
} as const;
const onlyOne = (endpoint: string): boolean => endpoint === "a/one";

test.each([
  { kind: "budget", unit: "pico-usd", covers: null, charge: 970n },
  { kind: "budget", unit: "pico-usd", covers: onlyOne, charge: 70n },
  { kind: "budget", unit: "tokens", covers: null, charge: 330n },
  { kind: "rate", unit: "tokens", covers: onlyOne, charge: 30n },
  { kind: "rate", unit: "requests", covers: null, charge: 1n },
  { kind: "concurrency", unit: "requests", covers: null, charge: 0n },
] as const)("a $kind of $unit is charged with what its endpoints came to: $charge", ({ charge, covers, ...budget }) => {
  expect(chargeOfOutcome(budget, outcome, covers)).toBe(charge);
});

test("an attempt of unknown price settles no money, and the others settle theirs", () => {
  const unpriced = { attempts: [attempt("a/one", 10, "70"), attempt("b/two", 100, null)], costPicoUsd: null };
  const ended = { ...unpriced, result: "completed" } as const;
  expect(chargeOfOutcome({ kind: "budget", unit: "pico-usd" }, ended, null)).toBe(70n);
});

test("a decision that was never executed settles nothing but its request", () => {
  const nothing = { attempts: [], costPicoUsd: "0", result: "failed" } as const;
  expect(chargeOfOutcome({ kind: "budget", unit: "pico-usd" }, nothing, null)).toBe(0n);
  expect(chargeOfOutcome({ kind: "rate", unit: "tokens" }, nothing, null)).toBe(0n);
});

test("what a request came to that nobody saw the end of is not known, but for its place and its number", () => {
  const lost = { attempts: [], costPicoUsd: null, result: "abandoned" } as const;
  expect(chargeOfOutcome({ kind: "budget", unit: "pico-usd" }, lost, null)).toBeNull();
  expect(chargeOfOutcome({ kind: "rate", unit: "tokens" }, lost, onlyOne)).toBeNull();
  expect(chargeOfOutcome({ kind: "rate", unit: "requests" }, lost, null)).toBe(1n);
  expect(chargeOfOutcome({ kind: "concurrency", unit: "requests" }, lost, null)).toBe(0n);
});
