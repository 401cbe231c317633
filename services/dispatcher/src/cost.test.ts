import { type Price, NO_USAGE, type Usage } from "@signalbox/proto";
import { integer, property, assert, record } from "fast-check";
import { describe, expect, test } from "vitest";
import { costPicoUsdOf, sumPicoUsd } from "./cost.ts";

const FLAT: Price = [
  { aboveInputTokens: 0, input: 3_000_000, output: 15_000_000, cacheRead: 300_000, cacheWrite: 3_750_000 },
];
const used = (tokens: Partial<Usage>): Usage => ({ ...NO_USAGE, source: "reported", ...tokens });

describe("B5 each token is charged once, at its own price", () => {
  test("fresh, cached and cache-write tokens are parts of the input, reasoning is part of the output", () => {
    const usage = used({
      inputTokens: 1000,
      cachedInputTokens: 600,
      cacheWriteTokens: 100,
      outputTokens: 50,
      reasoningTokens: 40,
    });
    expect(costPicoUsdOf(usage, FLAT)).toBe(
      String(300n * 3_000_000n + 600n * 300_000n + 100n * 3_750_000n + 50n * 15_000_000n),
    );
  });

  test("what is written for an hour costs what the tier says of it, or what any write does", () => {
    const usage = used({ inputTokens: 1000, cacheWriteTokens: 300, cacheWriteHourTokens: 200 });
    const fresh = 700n * 3_000_000n + 100n * 3_750_000n;
    const price: Price = [{ ...FLAT[0]!, cacheWriteHour: 6_000_000 }];
    expect(costPicoUsdOf(usage, price)).toBe(String(fresh + 200n * 6_000_000n));
    expect(costPicoUsdOf(usage, FLAT)).toBe(String(fresh + 200n * 3_750_000n));
  });

  test("without a cache price of their own, cached and cache-write tokens cost what input costs", () => {
    const price: Price = [{ ...FLAT[0]!, cacheRead: null, cacheWrite: null }];
    const usage = used({ inputTokens: 10, cachedInputTokens: 4, cacheWriteTokens: 3 });
    expect(costPicoUsdOf(usage, price)).toBe("30000000");
  });

  test("the tier that the whole prompt passes holds for all of it", () => {
    const price: Price = [FLAT[0]!, { ...FLAT[0]!, aboveInputTokens: 200_000, input: 6_000_000 }];
    expect(costPicoUsdOf(used({ inputTokens: 200_000 }), price)).toBe(String(200_000n * 3_000_000n));
    expect(costPicoUsdOf(used({ inputTokens: 200_001 }), price)).toBe(String(200_001n * 6_000_000n));
    expect(costPicoUsdOf(used({ inputTokens: 0, outputTokens: 1 }), price)).toBe("15000000");
  });

  test("an unknown price is null, never zero; what used nothing costs nothing at any price", () => {
    expect(costPicoUsdOf(used({ inputTokens: 1 }), null)).toBeNull();
    expect(costPicoUsdOf(NO_USAGE, null)).toBe("0");
  });

  test("the cost is exact beyond 2^53 and never falls when more is used", () => {
    const tokens = integer({ min: 0, max: 2_000_000_000 });
    const usages = record({ fresh: tokens, cached: tokens, output: tokens });
    assert(
      property(usages, ({ fresh, cached, output }) => {
        const usage = used({ inputTokens: fresh + cached, cachedInputTokens: cached, outputTokens: output });
        const expected = BigInt(fresh) * 3_000_000n + BigInt(cached) * 300_000n + BigInt(output) * 15_000_000n;
        expect(costPicoUsdOf(usage, FLAT)).toBe(expected.toString());
      }),
    );
  });
});

describe("B4 the sum over attempts", () => {
  test("is explicit, and unknown when any part is", () => {
    expect(sumPicoUsd(["9007199254740993", "1"])).toBe("9007199254740994");
    expect(sumPicoUsd(["1", null])).toBeNull();
    expect(sumPicoUsd([])).toBe("0");
  });
});
