import { NO_USAGE, type Price, type Usage } from "@signalbox/proto";
import { describe, expect, test } from "vitest";
import { costDoubtsOf } from "./cost-doubts.ts";
import { costPicoUsdOf } from "./cost.ts";
import { estimateUsage, usageOfAnswer } from "./estimate-usage.ts";

const PRICE: Price = [{ aboveInputTokens: 0, input: 1_000_000, output: 2_000_000, cacheRead: null, cacheWrite: null }];
const reported = (tokens: Partial<Usage>): Usage => ({ ...NO_USAGE, source: "reported", ...tokens });
const CALLED = { price: PRICE, contextTokens: 1_000, choices: 2 };
const said = { inputTokens: 7, outputChars: 400, maxOutputTokens: null };

describe("B2 the usage of an answer is never a silent zero", () => {
  test("a report without output of an answer that has some is of the prompt alone", () => {
    expect(usageOfAnswer(reported({ inputTokens: 50, cachedInputTokens: 9 }), said)).toMatchObject({
      inputTokens: 50,
      cachedInputTokens: 9,
      outputTokens: 100,
      source: "estimated",
    });
  });

  test("a report of an answer that says nothing is what it is", () => {
    const usage = reported({ inputTokens: 50 });
    expect(usageOfAnswer(usage, { ...said, outputChars: 0 })).toBe(usage);
    expect(usageOfAnswer(null, said)).toMatchObject({ inputTokens: 7, outputTokens: 100, source: "estimated" });
  });
});

describe("B2 what was generated after a report is estimated, and added to it", () => {
  const early = reported({ inputTokens: 50, outputTokens: 3, chargedPicoUsd: "9" });

  test("within what could be generated, and without the charge of the report", () => {
    const generated = { ...said, reportedChars: 12 };
    expect(usageOfAnswer(early, generated)).toEqual({
      ...NO_USAGE,
      inputTokens: 50,
      outputTokens: 3 + 97,
      source: "estimated",
    });
    expect(usageOfAnswer(early, { ...generated, maxOutputTokens: 60 })).toMatchObject({ outputTokens: 60 });
    expect(usageOfAnswer(early, { ...generated, maxOutputTokens: 2 })).toMatchObject({ outputTokens: 3 });
  });

  test("where all was generated before it, the report stands", () => {
    expect(usageOfAnswer(early, { ...said, reportedChars: 400 })).toBe(early);
    expect(usageOfAnswer(early, said)).toBe(early);
  });
});

describe("B4 B5 a report that cannot be is not believed", () => {
  const absurd = reported({ inputTokens: 10, outputTokens: 9_000_000_000 });

  test("an estimate stands in for it, within what could be generated, and says so", () => {
    const usage = usageOfAnswer(absurd, { ...said, maxOutputTokens: 60 });
    expect(usage).toMatchObject({ inputTokens: 7, outputTokens: 60, source: "estimated", malformed: true });
    expect(costDoubtsOf(usage, CALLED)).toEqual(["implausible-usage"]);
    expect(costPicoUsdOf(usage, PRICE)).toBe("127000000");
  });

  test.each<[string, Partial<Usage>]>([
    ["searches", { webSearches: 9_000_000_000_000_000 }],
    ["tokens that are billed", { billedInputTokens: 12, billedOutputTokens: 9_000_000_000 }],
  ])("so of %s", (_, absurdity) => {
    const usage = usageOfAnswer(reported({ inputTokens: 10, outputTokens: 5, ...absurdity }), {
      inputTokens: 7,
      outputChars: 20,
      maxOutputTokens: 60,
    });
    expect(usage).toEqual({ ...NO_USAGE, inputTokens: 7, outputTokens: 5, source: "estimated", malformed: true });
  });

  test("more than the model's context holds is believed, and says so", () => {
    expect(costDoubtsOf(reported({ inputTokens: 1_000, outputTokens: 2_000 }), CALLED)).toEqual([]);
    expect(costDoubtsOf(reported({ inputTokens: 1_001 }), CALLED)).toEqual(["beyond-context"]);
    expect(costDoubtsOf(reported({ outputTokens: 2_001 }), CALLED)).toEqual(["beyond-context"]);
    expect(costDoubtsOf(reported({ inputTokens: 1_001 }), { price: PRICE, choices: 1 })).toEqual([]);
  });

  test("a count that is none is left out, and says so", () => {
    expect(costDoubtsOf(reported({ outputTokens: 1, malformed: true }), CALLED)).toEqual(["malformed-usage"]);
  });
});

describe("B5 what a provider says that it charges", () => {
  test("is what an answer costs, also where no list has a price", () => {
    const usage = reported({ inputTokens: 10, outputTokens: 1, chargedPicoUsd: "13000000" });
    expect(costPicoUsdOf(usage, PRICE)).toBe("13000000");
    expect(costPicoUsdOf(usage, null)).toBe("13000000");
    expect(costDoubtsOf(usage, CALLED)).toEqual([]);
    expect(costDoubtsOf(usage, { price: null, choices: 1 })).toEqual([]);
  });

  test.each(["25000000", "5000000"])("is another sum than the list's 12000000 where it is %s", (chargedPicoUsd) => {
    expect(costDoubtsOf(reported({ inputTokens: 10, outputTokens: 1, chargedPicoUsd }), CALLED)).toEqual(["charge"]);
  });

  test("with the prompt alone is none for what came after it", () => {
    const promptUsage = reported({ inputTokens: 10, chargedPicoUsd: "1" });
    expect(estimateUsage({ ...said, promptUsage })).not.toHaveProperty("chargedPicoUsd");
    expect(usageOfAnswer(promptUsage, said)).toMatchObject({ outputTokens: 100, chargedPicoUsd: "1" });
  });
});

test("B5 what a request failed before it used anything costs nothing and leaves no doubt", () => {
  expect(costDoubtsOf(NO_USAGE, CALLED)).toEqual([]);
});

test("B5 what is computed in the United States alone is rounded up to a pico-USD", () => {
  const price: Price = [{ ...PRICE[0]!, input: 1, usOnlyMicro: 1_100_000 }];
  expect(costPicoUsdOf(reported({ inputTokens: 3, usOnly: true }), price)).toBe("4");
  expect(costPicoUsdOf(reported({ inputTokens: 10, usOnly: true }), price)).toBe("11");
  expect(costDoubtsOf(reported({ inputTokens: 3, usOnly: true }), CALLED)).toEqual(["service-tier"]);
});
