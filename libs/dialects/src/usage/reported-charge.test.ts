import { describe, expect, test } from "vitest";
import { readUsage } from "../openai-chat/usage.ts";
import { readUsage as readResponsesUsage } from "../openai-responses/usage.ts";
import { picoUsdOf, reportedCharge } from "./reported-charge.ts";

describe("B5 what a provider says that it charges", () => {
  test.each<[string, object, string | undefined]>([
    ["xAI's ticks", { cost_in_usd_ticks: 37_756_000 }, "3775600000"],
    ["OpenRouter's credits", { cost: 0.00014, cost_details: { upstream_inference_cost: null } }, "140000000"],
    [
      "OpenRouter's fee on a key of one's own, and what that key is charged",
      { cost: 0.0005, is_byok: true, cost_details: { upstream_inference_cost: 0.01 } },
      "10500000000",
    ],
    [
      "OpenRouter's own bill holds what it pays",
      { cost: 0.02, is_byok: false, cost_details: { upstream_inference_cost: 0.019 } },
      "20000000000",
    ],
    [
      "Perplexity's sum",
      { cost: { input_tokens_cost: 0.000008, request_cost: 0.006, total_cost: 0.006442 } },
      "6442000000",
    ],
    ["a number that may be anything", { cost: 0.5 }, undefined],
    ["nothing but zero", { cost: 0, is_byok: false, cost_details: {} }, undefined],
    ["more than an answer costs", { cost_in_usd_ticks: 10_000_000_000_001 }, undefined],
    ["what is no sum", { cost: { total_cost: -1 } }, undefined],
    ["ticks that are none", { cost_in_usd_ticks: 1.5 }, undefined],
  ])("%s", (_, report, expected) => {
    expect(reportedCharge(report as Record<string, unknown>)?.chargedPicoUsd).toBe(expected);
  });

  test.each<[unknown, bigint | null]>([
    [0.1, 100_000_000_000n],
    [1.4e-7, 140_000n],
    [123.456789012345, 123_456_789_012_345n],
    [4.9e-13, 0n],
    [5e-13, 1n],
    [0, 0n],
    [Number.NaN, null],
    [1e9, null],
    ["1", null],
  ])("%s USD are %s pico-USD", (usd, expected) => {
    expect(picoUsdOf(usd)).toBe(expected);
  });

  test("stands in the usage of both of OpenAI's forms", () => {
    const charge = { cost_in_usd_ticks: 7 };
    expect(readUsage({ prompt_tokens: 1, completion_tokens: 1, ...charge })).toMatchObject({ chargedPicoUsd: "700" });
    expect(readResponsesUsage({ input_tokens: 1, output_tokens: 1, ...charge })).toMatchObject({
      chargedPicoUsd: "700",
    });
  });
});
