import { describe, expect, test } from "vitest";
import { readUsage, renderUsage } from "./usage.ts";

/** Input, of which cached; output, of which reasoning. */
function tokens(input: [number, number], output: [number, number]): object {
  const [inputTokens, cachedInputTokens] = input;
  const [outputTokens, reasoningTokens] = output;
  return { inputTokens, cachedInputTokens, outputTokens, reasoningTokens };
}

describe("B5 usage is read as each host means it", () => {
  test.each<[string, object, object]>([
    [
      "OpenAI: cached inside the prompt, reasoning inside the completion",
      {
        prompt_tokens: 100,
        completion_tokens: 50,
        total_tokens: 150,
        prompt_tokens_details: { cached_tokens: 60, cache_write_tokens: 0 },
        completion_tokens_details: { reasoning_tokens: 30 },
      },
      tokens([100, 60], [50, 30]),
    ],
    [
      "DeepSeek: prompt_cache_hit_tokens",
      { prompt_tokens: 18, completion_tokens: 9, prompt_cache_hit_tokens: 10, prompt_cache_miss_tokens: 8 },
      tokens([18, 10], [9, 0]),
    ],
    [
      "Moonshot: cached_tokens at the top",
      { prompt_tokens: 20, completion_tokens: 5, cached_tokens: 10 },
      tokens([20, 10], [5, 0]),
    ],
    [
      "Mistral: num_cached_tokens",
      { prompt_tokens: 20, completion_tokens: 5, num_cached_tokens: 4 },
      tokens([20, 4], [5, 0]),
    ],
    [
      "Mistral: prompt_token_details",
      { prompt_tokens: 20, completion_tokens: 5, prompt_token_details: { cached_tokens: 3 } },
      tokens([20, 3], [5, 0]),
    ],
    [
      "xAI: reasoning beside the completion",
      {
        prompt_tokens: 32,
        completion_tokens: 9,
        total_tokens: 135,
        prompt_tokens_details: { cached_tokens: 6 },
        completion_tokens_details: { reasoning_tokens: 94 },
      },
      tokens([32, 6], [103, 94]),
    ],
    [
      "xAI: more cached tokens than prompt tokens means that they stand beside it",
      { prompt_tokens: 5, completion_tokens: 9, prompt_tokens_details: { cached_tokens: 100 } },
      tokens([105, 100], [9, 0]),
    ],
    [
      "OpenRouter: reasoning counted by itself is no more than the completion that the total says it is in",
      {
        prompt_tokens: 43,
        completion_tokens: 10,
        total_tokens: 53,
        completion_tokens_details: { reasoning_tokens: 11 },
      },
      tokens([43, 0], [10, 10]),
    ],
    [
      "Perplexity: thoughts at the top, which no total counts",
      { prompt_tokens: 33, completion_tokens: 7163, total_tokens: 7196, reasoning_tokens: 73997, citation_tokens: 9 },
      tokens([33, 0], [81160, 73997]),
    ],
    [
      "nulls in the details",
      { prompt_tokens: 5, completion_tokens: 1, prompt_tokens_details: null },
      tokens([5, 0], [1, 0]),
    ],
  ])("%s", (_, usage, expected) => {
    expect(readUsage(usage)).toMatchObject({ ...expected, source: "reported" });
  });

  test.each([
    [null],
    [undefined],
    ["12"],
    [{}],
    [{ prompt_tokens: 0, completion_tokens: 0 }],
    [{ prompt_tokens: "9" }],
    [{ prompt_tokens: -4 }],
  ])("B2 %j is no usage, never a zero", (usage) => {
    expect(readUsage(usage)).toBeNull();
  });
});

test.each([["cache_write_tokens"], ["cache_creation_input_tokens"]])("B5 %s are part of the prompt", (field) => {
  const details = { cached_tokens: 4, [field]: 9 };
  expect(readUsage({ prompt_tokens: 10, completion_tokens: 1, prompt_tokens_details: details })).toMatchObject({
    inputTokens: 10,
    cachedInputTokens: 4,
    cacheWriteTokens: 6,
  });
});

test("the caller's usage has the required fields as we understand them, and the provider's own beside them", () => {
  const source = {
    prompt_tokens: 5,
    completion_tokens: 2,
    queue_time: 0.5,
    prompt_tokens_details: { audio_tokens: 1 },
  };
  expect(renderUsage(readUsage(source)!, source)).toEqual({
    prompt_tokens: 5,
    completion_tokens: 2,
    total_tokens: 7,
    queue_time: 0.5,
    prompt_tokens_details: { audio_tokens: 1, cached_tokens: 0 },
    completion_tokens_details: { reasoning_tokens: 0 },
  });
});
