import * as fc from "fast-check";
import { expect, test } from "vitest";
import { priced } from "./__fixtures__/documents.ts";
import { estimateCost } from "./estimate-cost.ts";

test("tokens times integer micro-USD per million are pico-USD", () => {
  // 1,000 tokens at 2.50 USD and 500 at 10 USD a million: 0.0025 + 0.005 USD.
  expect(estimateCost(priced(2_500_000, 10_000_000), { input: 1_000, output: 500 })).toBe(7_500_000_000);
});

test("the tier that the prompt exceeds holds for the whole request", () => {
  const price = [
    ...(priced(1, 10) ?? []),
    ...(priced(2, 20) ?? []).map((tier) => ({ ...tier, aboveInputTokens: 200 })),
  ];
  expect(estimateCost(price, { input: 200, output: 1 })).toBe(210);
  expect(estimateCost(price, { input: 201, output: 1 })).toBe(422);
});

test("where marks ask for the prompt to be kept, all of it may cost what a write does (B5)", () => {
  const [tier] = priced(100, 10) ?? [];
  const tokens = { input: 1_000, output: 0 };
  const price = [{ ...tier!, cacheRead: 10, cacheWrite: 125, cacheWriteHour: 200 }];
  expect(estimateCost(price, tokens)).toBe(100_000);
  expect(estimateCost(price, { ...tokens, written: "5m" })).toBe(125_000);
  expect(estimateCost(price, { ...tokens, written: "1h" })).toBe(200_000);
  // No price for an hour: a write is a write. No price for a write, or a lower one: what is not written costs more.
  expect(estimateCost([{ ...tier!, cacheWrite: 125 }], { ...tokens, written: "1h" })).toBe(125_000);
  expect(estimateCost([tier!], { ...tokens, written: "1h" })).toBe(100_000);
  expect(estimateCost([{ ...tier!, cacheWrite: 0 }], { ...tokens, written: "5m" })).toBe(100_000);
});

test("where another kind of service is asked for, all of it may cost what that does (B5)", () => {
  const [tier] = priced(100, 10) ?? [];
  const tokens = { input: 1_000, output: 100 };
  const services = {
    priority: { input: 200, output: 25, cacheRead: null, cacheWrite: null },
    flex: { input: 50, output: 5, cacheRead: null, cacheWrite: null },
  };
  const price = [{ ...tier!, services, usOnlyMicro: 1_100_000 }];
  expect(estimateCost(price, { ...tokens, service: {} })).toBe(101_000);
  expect(estimateCost(price, { ...tokens, service: { serviceTier: "priority" } })).toBe(202_500);
  expect(estimateCost(price, { ...tokens, service: { usOnly: true } })).toBe(111_100);
  // A cheaper kind may not be given, and one without a price of its own is taken for the usual one.
  expect(estimateCost(price, { ...tokens, service: { serviceTier: "flex" } })).toBe(101_000);
  expect(estimateCost(price, { ...tokens, service: { serviceTier: "fast" } })).toBe(101_000);
  expect(estimateCost([tier!], { ...tokens, service: { usOnly: true, serviceTier: "priority" } })).toBe(101_000);
});

test("what is to be written to a cache in another kind of service costs what that says (B5)", () => {
  const [tier] = priced(100, 10) ?? [];
  const fast = { input: 200, output: 20, cacheRead: 20, cacheWrite: 250, cacheWriteHour: 400 };
  const price = [{ ...tier!, cacheWrite: 125, cacheWriteHour: 200, services: { fast } }];
  const tokens = { input: 1_000, output: 0, service: { serviceTier: "fast" } } as const;
  expect(estimateCost(price, { ...tokens, written: "5m" })).toBe(250_000);
  expect(estimateCost(price, { ...tokens, written: "1h" })).toBe(400_000);
});

test("an endpoint without a price has no estimate", () => {
  expect(estimateCost(null, { input: 1, output: 1 })).toBeNull();
});

test("an estimate is exact at any size (B5)", () => {
  const pair = fc.tuple(fc.nat(Number.MAX_SAFE_INTEGER), fc.nat(Number.MAX_SAFE_INTEGER));
  fc.assert(
    fc.property(pair, pair, ([input, output], [inputPrice, outputPrice]) => {
      const exact = BigInt(input) * BigInt(inputPrice) + BigInt(output) * BigInt(outputPrice);
      expect(BigInt(estimateCost(priced(inputPrice, outputPrice), { input, output }) ?? -1)).toBe(exact);
    }),
  );
});
