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
  expect(estimateCost(price, { ...tokens, asked: { cacheMarks: "5m" } })).toBe(125_000);
  expect(estimateCost(price, { ...tokens, asked: { cacheMarks: "1h" } })).toBe(200_000);
  // No price for an hour: a write is a write. No price for a write, or a lower one: what is not written costs more.
  expect(estimateCost([{ ...tier!, cacheWrite: 125 }], { ...tokens, asked: { cacheMarks: "1h" } })).toBe(125_000);
  expect(estimateCost([tier!], { ...tokens, asked: { cacheMarks: "1h" } })).toBe(100_000);
  expect(estimateCost([{ ...tier!, cacheWrite: 0 }], { ...tokens, asked: { cacheMarks: "5m" } })).toBe(100_000);
});

test("where another kind of service is asked for, all of it may cost what that does (B5)", () => {
  const [tier] = priced(100, 10) ?? [];
  const tokens = { input: 1_000, output: 100 };
  const services = {
    priority: { input: 200, output: 25, cacheRead: null, cacheWrite: null },
    flex: { input: 50, output: 5, cacheRead: null, cacheWrite: null },
  };
  const price = [{ ...tier!, services, usOnlyMicro: 1_100_000 }];
  expect(estimateCost(price, { ...tokens, asked: {} })).toBe(101_000);
  expect(estimateCost(price, { ...tokens, asked: { serviceTier: "priority" } })).toBe(202_500);
  expect(estimateCost(price, { ...tokens, asked: { usOnly: true } })).toBe(111_100);
  // A cheaper kind may not be given; fast mode is sold where its price is known alone.
  expect(estimateCost(price, { ...tokens, asked: { serviceTier: "flex" } })).toBe(101_000);
  expect(estimateCost(price, { ...tokens, asked: { serviceTier: "fast" } })).toBe(101_000);
  expect(estimateCost([tier!], { ...tokens, asked: { usOnly: true } })).toBe(101_000);
});

test("a dearer service whose price nobody publishes is reserved at a multiple of the usual price, so that a budget holds (B1)", () => {
  const [tier] = priced(100, 10) ?? [];
  const ultrafast = estimateCost([tier!], { input: 1_000, output: 100, asked: { serviceTier: "ultrafast" } });
  expect(ultrafast).toBe(606_000);
  const asked = { serviceTier: "priority" } as const;
  expect(estimateCost([tier!], { input: 1_000, output: 100, asked })).toBe(202_000);
  const price = [{ ...tier!, cacheWrite: 125, cacheWriteHour: 200, audioInput: 300 }];
  expect(estimateCost(price, { input: 1_000, output: 0, asked: { ...asked, cacheMarks: "1h" } })).toBe(400_000);
  expect(estimateCost(price, { input: 1_000, output: 0, asked: { ...asked, audios: 1 } })).toBe(600_000);
});

test("what is to be written to a cache in another kind of service costs what that says (B5)", () => {
  const [tier] = priced(100, 10) ?? [];
  const fast = { input: 200, output: 20, cacheRead: 20, cacheWrite: 250, cacheWriteHour: 400 };
  const price = [{ ...tier!, cacheWrite: 125, cacheWriteHour: 200, services: { fast } }];
  const tokens = { input: 1_000, output: 0 };
  const serviceTier = "fast";
  expect(estimateCost(price, { ...tokens, asked: { serviceTier, cacheMarks: "5m" } })).toBe(250_000);
  expect(estimateCost(price, { ...tokens, asked: { serviceTier, cacheMarks: "1h" } })).toBe(400_000);
});

test("a prompt that holds sound may be all sound, which has a price of its own (B5)", () => {
  const [tier] = priced(100, 10) ?? [];
  const priority = { input: 180, output: 18, cacheRead: null, cacheWrite: null, audioInput: 540 };
  const price = [{ ...tier!, audioInput: 300, services: { priority } }];
  const tokens = { input: 1_000, output: 0 };
  expect(estimateCost(price, { ...tokens, asked: { audios: 0 } })).toBe(100_000);
  expect(estimateCost(price, { ...tokens, asked: { audios: 1 } })).toBe(300_000);
  expect(estimateCost(price, { ...tokens, asked: { audios: 1, serviceTier: "priority" } })).toBe(540_000);
  expect(estimateCost([tier!], { ...tokens, asked: { audios: 1 } })).toBe(100_000);
});

test("searches are paid beside the tokens, each of them or all at once (B5)", () => {
  const [tier] = priced(100, 10) ?? [];
  const tokens = { input: 1_000, output: 100 };
  // 101,000 pico-USD of tokens, and 10,000 micro-USD a search.
  const each = [{ ...tier!, webSearch: 10_000, usOnlyMicro: 1_100_000 }];
  expect(estimateCost(each, tokens)).toBe(101_000);
  expect(estimateCost(each, { ...tokens, asked: { webSearches: 3 } })).toBe(30_000_101_000);
  expect(estimateCost(each, { ...tokens, asked: { webSearches: 3, usOnly: true } })).toBe(30_000_111_100);
  const once = [{ ...each[0]!, webSearchOnce: true as const }];
  expect(estimateCost(once, { ...tokens, asked: { webSearches: 3 } })).toBe(10_000_101_000);
  expect(estimateCost([tier!], { ...tokens, asked: { webSearches: 3 } })).toBe(101_000);
  const always = [{ ...each[0]!, webSearchAlways: true as const }];
  expect(estimateCost(always, tokens)).toBe(10_000_101_000);
  expect(estimateCost(always, { ...tokens, asked: { webSearches: 3 } })).toBe(30_000_101_000);
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
