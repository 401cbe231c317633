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

  test("sound in the prompt has a price of its own where the tier has one, as far as it was not cached", () => {
    const price: Price = [{ ...FLAT[0]!, audioInput: 10_000_000 }];
    const usage = used({ inputTokens: 1000, cachedInputTokens: 600, audioInputTokens: 300 });
    expect(costPicoUsdOf(usage, price)).toBe(String(100n * 3_000_000n + 300n * 10_000_000n + 600n * 300_000n));
    expect(costPicoUsdOf(usage, FLAT)).toBe(String(400n * 3_000_000n + 600n * 300_000n));
    const more = used({ inputTokens: 1000, cachedInputTokens: 600, audioInputTokens: 700 });
    expect(costPicoUsdOf(more, price)).toBe(String(400n * 10_000_000n + 600n * 300_000n));
  });

  test("an answer without thinking costs less where the tier says so, but not one that was only estimated", () => {
    const price: Price = [{ ...FLAT[0]!, outputPlain: 5_000_000 }];
    expect(costPicoUsdOf(used({ outputTokens: 10 }), price)).toBe("50000000");
    expect(costPicoUsdOf(used({ outputTokens: 10, reasoningTokens: 1 }), price)).toBe("150000000");
    expect(costPicoUsdOf({ ...used({ outputTokens: 10 }), source: "estimated" }, price)).toBe("150000000");
  });

  test("searches are charged one by one, or once for all, and are not dearer at one place", () => {
    const each: Price = [{ ...FLAT[0]!, webSearch: 10_000, usOnlyMicro: 1_100_000 }];
    const once: Price = [{ ...each[0]!, webSearchOnce: true }];
    const usage = used({ outputTokens: 10, webSearches: 3 });
    expect(costPicoUsdOf(usage, each)).toBe("30150000000");
    expect(costPicoUsdOf({ ...usage, usOnly: true }, each)).toBe("30165000000");
    expect(costPicoUsdOf(usage, once)).toBe("10150000000");
    expect(costPicoUsdOf(used({ outputTokens: 10 }), once)).toBe("150000000");
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
