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
