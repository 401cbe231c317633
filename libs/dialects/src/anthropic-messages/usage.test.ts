import { describe, expect, test } from "vitest";
import { buildUsage, mergedUsage, readUsage, renderUsage } from "./usage.ts";

describe("B5 usage is read as Anthropic means it", () => {
  test.each<[string, object, object]>([
    [
      "what the cache gave and took stands beside the input",
      { input_tokens: 10, cache_read_input_tokens: 100, cache_creation_input_tokens: 20, output_tokens: 5 },
      { inputTokens: 130, cachedInputTokens: 100, cacheWriteTokens: 20, outputTokens: 5, reasoningTokens: 0 },
    ],
    [
      "writes by lifetime",
      {
        input_tokens: 1,
        cache_creation_input_tokens: 30,
        cache_creation: { ephemeral_5m_input_tokens: 10, ephemeral_1h_input_tokens: 20 },
        output_tokens: 2,
      },
      { inputTokens: 31, cacheWriteTokens: 30, cacheWriteHourTokens: 20 },
    ],
    [
      "thinking inside the output",
      { input_tokens: 1, output_tokens: 50, output_tokens_details: { thinking_tokens: 30 } },
      { outputTokens: 50, reasoningTokens: 30 },
    ],
    [
      "compaction is the model's own work, and stands in the iterations alone",
      {
        input_tokens: 23,
        output_tokens: 10,
        iterations: [
          { type: "compaction", input_tokens: 180, output_tokens: 35 },
          { type: "message", input_tokens: 23, output_tokens: 10 },
        ],
      },
      { inputTokens: 203, outputTokens: 45 },
    ],
    [
      "an adviser is another model, and no part of it",
      {
        input_tokens: 23,
        output_tokens: 10,
        cache_read_input_tokens: 7,
        iterations: [
          { type: "message", input_tokens: 20, output_tokens: 6 },
          { type: "advisor_message", model: "claude-opus-5", input_tokens: 900, output_tokens: 90 },
          { type: "message", input_tokens: 3, output_tokens: 4 },
        ],
      },
      { inputTokens: 30, cachedInputTokens: 7, outputTokens: 10 },
    ],
    [
      "where a fallback served, the totals hold",
      {
        input_tokens: 40,
        output_tokens: 9,
        iterations: [
          { type: "message", input_tokens: 40, output_tokens: 0 },
          { type: "fallback_message", model: "claude-opus-5", input_tokens: 40, output_tokens: 9 },
        ],
      },
      { inputTokens: 40, outputTokens: 9 },
    ],
    [
      "nulls",
      { input_tokens: 5, output_tokens: 1, cache_read_input_tokens: null, cache_creation: null, iterations: null },
      { inputTokens: 5, cachedInputTokens: 0, cacheWriteTokens: 0, outputTokens: 1 },
    ],
  ])("%s", (_, usage, expected) => {
    expect(readUsage(usage)).toMatchObject({ ...expected, source: "reported" });
  });

  test.each([[null], [undefined], ["12"], [{}], [{ input_tokens: 0, output_tokens: 0 }], [{ input_tokens: -4 }]])(
    "B2 %j is no usage, never a zero",
    (usage) => {
      expect(readUsage(usage)).toBeNull();
    },
  );
});

test("B2 the figures of a stream are running totals, of which the last holds, and a zero says nothing", () => {
  const start = { input_tokens: 9, output_tokens: 1, service_tier: "standard" };
  const first = mergedUsage(mergedUsage(null, start), { output_tokens: 5, input_tokens: null });
  expect(mergedUsage(first, { output_tokens: 12, input_tokens: 0, cache_read_input_tokens: 3 })).toEqual({
    input_tokens: 9,
    output_tokens: 12,
    cache_read_input_tokens: 3,
    service_tier: "standard",
  });
});

test("usage that was built is read as what it was", () => {
  const usage = {
    inputTokens: 100,
    cachedInputTokens: 40,
    cacheWriteTokens: 30,
    cacheWriteHourTokens: 20,
    outputTokens: 9,
    reasoningTokens: 4,
    source: "reported",
  } as const;
  expect(readUsage(buildUsage(usage))).toEqual(usage);
  expect(buildUsage(usage)).toMatchObject({ input_tokens: 30, cache_read_input_tokens: 40 });
});

test("a provider's own usage is shown as it stands, unless it says nothing", () => {
  const usage = readUsage({ input_tokens: 5, output_tokens: 2 })!;
  const own = { input_tokens: 5, output_tokens: 2, inference_geo: "eu" };
  expect(renderUsage(usage, own)).toBe(own);
  expect(renderUsage(usage, { input_tokens: 0, output_tokens: 0 })).toEqual(buildUsage(usage));
});
