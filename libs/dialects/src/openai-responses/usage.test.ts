import { describe, expect, test } from "vitest";
import { readFinish, renderFinish } from "./finish-reason.ts";
import { readUsage, renderUsage, usageOfResponse } from "./usage.ts";

/** Input, of which cached and written; output, of which reasoning. */
function tokens(input: [number, number, number], output: [number, number]): object {
  const [inputTokens, cachedInputTokens, cacheWriteTokens] = input;
  const [outputTokens, reasoningTokens] = output;
  return { inputTokens, cachedInputTokens, cacheWriteTokens, outputTokens, reasoningTokens, source: "reported" };
}

describe("B5 usage is read as its provider means it", () => {
  test.each<[string, object, object]>([
    [
      "OpenAI: cached and written inside the input, reasoning inside the output",
      {
        input_tokens: 100,
        input_tokens_details: { cached_tokens: 60, cache_write_tokens: 20 },
        output_tokens: 50,
        output_tokens_details: { reasoning_tokens: 30 },
        total_tokens: 150,
      },
      tokens([100, 60, 20], [50, 30]),
    ],
    [
      "Sakana: orchestration beside both",
      {
        input_tokens: 20,
        input_tokens_details: {
          cached_tokens: 2,
          orchestration_input_tokens: 30,
          orchestration_input_cached_tokens: 3,
        },
        output_tokens: 7,
        output_tokens_details: { orchestration_output_tokens: 6 },
      },
      tokens([50, 5, 0], [13, 0]),
    ],
    ["without details", { input_tokens: 5, output_tokens: 1, input_tokens_details: null }, tokens([5, 0, 0], [1, 0])],
    [
      "cached tokens beyond the input stand beside it",
      { input_tokens: 5, input_tokens_details: { cached_tokens: 9, cache_write_tokens: 9 }, output_tokens: 1 },
      tokens([14, 9, 5], [1, 0]),
    ],
  ])("%s", (_, usage, expected) => {
    expect(readUsage(usage)).toEqual(expected);
  });

  test.each([[null], [undefined], ["12"], [{}], [{ input_tokens: 0, output_tokens: 0 }], [{ input_tokens: "9" }]])(
    "B2 %j is no usage, never a zero",
    (usage) => {
      expect(readUsage(usage)).toBeNull();
    },
  );

  test("searches are those that the provider bills, where it says so, and else those that it made", () => {
    const usage = { input_tokens: 5, output_tokens: 2 };
    const output = [{ type: "web_search_call", action: { type: "search", queries: ["a", "b"] } }];
    const billed = (num_requests: unknown): unknown => {
      return usageOfResponse({ usage, output, tool_usage: { web_search: { num_requests } } })?.webSearches;
    };
    expect([billed(3), billed(0), billed("3"), billed(undefined)]).toEqual([3, undefined, 1, 1]);
    expect(usageOfResponse({ usage, output })?.webSearches).toBe(1);
  });

  test("the caller's usage has the required fields as we understand them, and the provider's own beside them", () => {
    const source = { input_tokens: 5, output_tokens: 2, queue_time: 1, input_tokens_details: { text_tokens: 5 } };
    expect(renderUsage(readUsage(source)!, source)).toEqual({
      input_tokens: 5,
      input_tokens_details: { text_tokens: 5, cached_tokens: 0, cache_write_tokens: 0 },
      output_tokens: 2,
      output_tokens_details: { reasoning_tokens: 0 },
      total_tokens: 7,
      queue_time: 1,
    });
  });
});

const incomplete = (reason: unknown): object => ({ status: "incomplete", incomplete_details: { reason } });

describe("why a response ended", () => {
  test.each<[object, boolean, string]>([
    [{ status: "completed" }, false, "stop"],
    [{ status: "completed" }, true, "tool_calls"],
    [{}, false, "stop"],
    [incomplete("max_output_tokens"), true, "length"],
    [incomplete("content_filter"), false, "content_filter"],
    [incomplete("max_tool_calls"), false, "length"],
    [{ status: "incomplete", incomplete_details: null }, false, "length"],
  ])("%j, with calls %j, is %s", (response, hasCalls, finish) => {
    expect(readFinish(response as Record<string, unknown>, hasCalls).finish).toBe(finish);
  });

  test.each([
    ["stop", "completed", null],
    ["tool_calls", "completed", null],
    ["function_call", "completed", null],
    ["length", "incomplete", { reason: "max_output_tokens" }],
    ["content_filter", "incomplete", { reason: "content_filter" }],
  ] as const)("%s is written as %s", (finish, status, details) => {
    expect(renderFinish(finish)).toEqual({ status, incomplete_details: details });
  });
});
