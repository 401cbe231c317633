import { describe, expect, test } from "vitest";
import { byHand, chat, claude, gemini, type Golden, response, settled, titled } from "./golden-costs.test-kit.ts";

// What providers report, what it costs at the catalogue's prices, and the sum as it is done by hand: tokens × USD per million, in pico-USD.

const OPENAI: readonly Golden[] = [
  {
    what: "cached tokens are part of the prompt, reasoning of the completion",
    endpoint: ["openai", "gpt-5.4"],
    ...chat({
      prompt_tokens: 1000,
      completion_tokens: 200,
      total_tokens: 1200,
      prompt_tokens_details: { cached_tokens: 600, audio_tokens: 0 },
      completion_tokens_details: { reasoning_tokens: 150, audio_tokens: 0 },
    }),
    // 400 × 2.50 + 600 × 0.25 + 200 × 15
    pico: "4150000000",
  },
  {
    what: "a prompt above 272,000 tokens is charged at the upper price, all of it",
    endpoint: ["openai", "gpt-5.5"],
    ...response({ input_tokens: 300_000, input_tokens_details: { cached_tokens: 100_000 }, output_tokens: 1000 }),
    // 200,000 × 10 + 100,000 × 1 + 1000 × 45
    pico: "2145000000000",
  },
  {
    what: "flex is half",
    endpoint: ["openai", "gpt-5-mini"],
    ...response(
      { input_tokens: 1001, input_tokens_details: { cached_tokens: 1 }, output_tokens: 3 },
      { service_tier: "flex" },
    ),
    // 1000 × 0.125 + 1 × 0.0125 + 3 × 1
    pico: "128012500",
  },
  {
    what: "priority has prices of its own",
    endpoint: ["openai", "gpt-5.5"],
    ...response(
      { input_tokens: 1000, input_tokens_details: { cached_tokens: 400 }, output_tokens: 100 },
      { service_tier: "priority" },
    ),
    // 600 × 12.50 + 400 × 1.25 + 100 × 75
    pico: "15500000000",
  },
  {
    what: "a service whose price nobody knows is charged as the usual one, and says so",
    endpoint: ["openai", "o3"],
    ...chat({ prompt_tokens: 10, completion_tokens: 1 }, { service_tier: "tomorrow" }),
    // 10 × 2 + 1 × 8
    pico: "28000000",
    doubts: ["service-tier"],
  },
  {
    what: "the fastest service is assumed to be charged six times, and says so",
    endpoint: ["openai", "o3"],
    ...chat({ prompt_tokens: 10, completion_tokens: 1 }, { service_tier: "ultrafast" }),
    // 6 × (10 × 2 + 1 × 8)
    pico: "168000000",
    doubts: ["service-tier"],
  },
  {
    what: "a search costs a cent where the model reasons",
    endpoint: ["openai", "gpt-5.4"],
    ...response(
      { input_tokens: 10, output_tokens: 1 },
      { output: [{ type: "web_search_call", action: { type: "search" } }] },
    ),
    // 10 × 2.50 + 1 × 15 + 0.01 USD
    pico: "10040000000",
  },
  {
    what: "where it does not, the report does not say which of two tools searched: the dearer one counts, and it says so",
    endpoint: ["openai", "gpt-4.1"],
    ...response(
      { input_tokens: 10, output_tokens: 1 },
      { output: [{ type: "web_search_call", action: { type: "search" } }] },
    ),
    // 10 × 2 + 1 × 8 + 0.025 USD
    pico: "25028000000",
    doubts: ["server-tools"],
  },
  {
    what: "sound is counted at the price of text, and says so",
    endpoint: ["openai", "gpt-5.4"],
    ...chat({ prompt_tokens: 10, completion_tokens: 1, prompt_tokens_details: { audio_tokens: 8 } }),
    pico: "40000000",
    doubts: ["modality"],
  },
];

const ANTHROPIC: readonly Golden[] = [
  {
    what: "what the cache gave and took stands beside the input, each lifetime at its price",
    endpoint: ["anthropic", "claude-sonnet-4-5"],
    ...claude({
      input_tokens: 100,
      cache_read_input_tokens: 1000,
      cache_creation_input_tokens: 500,
      cache_creation: { ephemeral_5m_input_tokens: 300, ephemeral_1h_input_tokens: 200 },
      output_tokens: 50,
      service_tier: "standard",
      inference_geo: "not_available",
    }),
    // 100 × 3 + 1000 × 0.30 + 300 × 3.75 + 200 × 6 + 50 × 15
    pico: "3675000000",
  },
  {
    what: "compaction is in the iterations alone",
    endpoint: ["anthropic", "claude-opus-4-8"],
    ...claude({
      input_tokens: 23,
      output_tokens: 10,
      iterations: [
        { type: "compaction", input_tokens: 180, output_tokens: 35 },
        { type: "message", input_tokens: 23, output_tokens: 10 },
      ],
    }),
    // 203 × 5 + 45 × 25
    pico: "2140000000",
  },
  {
    what: "an adviser's part is another model's",
    endpoint: ["anthropic", "claude-sonnet-4-5"],
    ...claude({
      input_tokens: 10,
      output_tokens: 2,
      iterations: [
        { type: "message", input_tokens: 10, output_tokens: 2 },
        { type: "advisor_message", model: "claude-opus-4-8", input_tokens: 900, output_tokens: 90 },
      ],
    }),
    // 10 × 3 + 2 × 15
    pico: "60000000",
    doubts: ["other-model"],
  },
  {
    what: "fast mode multiplies all prices by six",
    endpoint: ["anthropic", "claude-opus-4-6"],
    ...claude({ input_tokens: 100, cache_read_input_tokens: 10, output_tokens: 20, speed: "fast" }),
    // 100 × 30 + 10 × 3 + 20 × 150
    pico: "6030000000",
  },
  {
    what: "fast mode multiplies all prices by two from 4.8 on, and the United States alone by 1.1",
    endpoint: ["anthropic", "claude-opus-4-8"],
    ...claude({ input_tokens: 100, output_tokens: 20, speed: "fast", inference_geo: "us" }),
    // (100 × 10 + 20 × 50) × 1.1
    pico: "2200000000",
  },
  {
    what: "a search costs a cent",
    endpoint: ["anthropic", "claude-sonnet-4-5"],
    ...claude({ input_tokens: 10, output_tokens: 2, server_tool_use: { web_search_requests: 3 } }),
    // 10 × 3 + 2 × 15 + 3 × 0.01 USD
    pico: "30060000000",
  },
  {
    what: "a count that is none is left out, and says so",
    endpoint: ["anthropic", "claude-sonnet-4-5"],
    ...claude({ input_tokens: 10, output_tokens: 2, cache_read_input_tokens: -7 }),
    pico: "60000000",
    doubts: ["malformed-usage"],
  },
];

const OTHERS: readonly Golden[] = [
  {
    what: "Gemini: thoughts stand beside the candidates, cached tokens inside the prompt",
    endpoint: ["google", "gemini-2.5-pro"],
    ...gemini({
      promptTokenCount: 1000,
      cachedContentTokenCount: 400,
      candidatesTokenCount: 30,
      thoughtsTokenCount: 70,
      totalTokenCount: 1100,
    }),
    // 600 × 1.25 + 400 × 0.125 + 100 × 10
    pico: "1800000000",
  },
  {
    what: "Gemini: what its tools brought counts, and the prompt above 200,000 tokens has the upper price",
    endpoint: ["google", "gemini-3.1-pro-preview"],
    ...gemini({
      promptTokenCount: 199_000,
      toolUsePromptTokenCount: 2000,
      candidatesTokenCount: 10,
      totalTokenCount: 201_010,
    }),
    // 201,000 × 4 + 10 × 18
    pico: "804180000000",
  },
  {
    what: "Google's endpoint of OpenAI's form counts thoughts in the total alone",
    endpoint: ["google", "gemini-2.5-flash"],
    ...chat({ prompt_tokens: 11, completion_tokens: 9, total_tokens: 250 }),
    // 11 × 0.30 + 239 × 2.50
    pico: "600800000",
  },
  {
    what: "Bedrock: the cache stands beside the input, each lifetime at its price",
    endpoint: ["bedrock", "anthropic.claude-opus-4-6-v1"],
    wire: "bedrock-converse",
    body: {
      usage: {
        inputTokens: 10,
        cacheReadInputTokens: 100,
        cacheWriteInputTokens: 40,
        cacheDetails: [{ ttl: "1h", inputTokens: 15 }],
        outputTokens: 4,
        totalTokens: 154,
      },
    },
    // 10 × 5 + 100 × 0.50 + 25 × 6.25 + 15 × 10 + 4 × 25
    pico: "506250000",
  },
  {
    what: "Bedrock: a profile of one geography costs a tenth more",
    endpoint: ["bedrock", "us.anthropic.claude-sonnet-4-5-20250929-v1:0"],
    wire: "bedrock-converse",
    body: { usage: { inputTokens: 10, cacheReadInputTokens: 1, outputTokens: 2, totalTokens: 13 } },
    // 10 × 3.30 + 1 × 0.33 + 2 × 16.50
    pico: "66330000",
  },
  {
    what: "DeepSeek: cache hits are part of the prompt",
    endpoint: ["deepseek", "deepseek-v4-pro"],
    ...chat({ prompt_tokens: 18, completion_tokens: 9, prompt_cache_hit_tokens: 10, prompt_cache_miss_tokens: 8 }),
    // 8 × 0.435 + 10 × 0.003625 + 9 × 0.87
    pico: "11346250",
  },
  {
    what: "xAI: reasoning stands beside the completion",
    endpoint: ["xai", "grok-4.3"],
    ...chat({
      prompt_tokens: 32,
      completion_tokens: 9,
      total_tokens: 135,
      prompt_tokens_details: { cached_tokens: 6 },
      completion_tokens_details: { reasoning_tokens: 94 },
    }),
    // 26 × 1.25 + 6 × 0.20 + 103 × 2.50
    pico: "291200000",
  },
  {
    what: "xAI: what it charges is what it costs, its tools included",
    endpoint: ["xai", "grok-4.3"],
    ...response({ input_tokens: 32, output_tokens: 9, num_sources_used: 2, cost_in_usd_ticks: 100_625_000 }),
    // 100,625,000 × 10^-10 USD, where the list has 32 × 1.25 + 9 × 2.50
    pico: "10062500000",
    doubts: ["charge"],
  },
  {
    what: "OpenRouter: what it charges is what it costs",
    endpoint: ["openrouter", "openai/gpt-5.4"],
    ...chat({
      prompt_tokens: 100,
      completion_tokens: 10,
      cost: 0.0004,
      is_byok: false,
      cost_details: { upstream_inference_cost: null },
    }),
    pico: "400000000",
  },
  {
    what: "OpenRouter: a model that no list has costs what it charges",
    endpoint: ["openrouter", "acme/of-tomorrow"],
    ...chat({ prompt_tokens: 100, completion_tokens: 10, cost: 0.000123, is_byok: false, cost_details: {} }),
    pico: "123000000",
  },
  {
    what: "Cohere: what it bills is what it costs, whatever its model read",
    endpoint: ["cohere", "command-a-03-2025"],
    wire: "cohere-v2",
    body: {
      usage: { billed_units: { input_tokens: 5, output_tokens: 7 }, tokens: { input_tokens: 71, output_tokens: 8 } },
    },
    // 5 × 2.50 + 7 × 10
    pico: "82500000",
  },
  {
    what: "Mistral: a prompt's sound is in the total alone",
    endpoint: ["mistral", "mistral-large-latest"],
    wire: "mistral",
    body: { usage: { prompt_tokens: 4, completion_tokens: 6, total_tokens: 30, prompt_audio_seconds: 2 } },
    // 24 × 0.50 + 6 × 1.50
    pico: "21000000",
    doubts: ["modality"],
  },
  {
    what: "Moonshot: usage stands in the choice of a stream, and cached tokens at its top",
    endpoint: ["moonshot", "kimi-k2.5"],
    wire: "openai-chat",
    body: { choices: [{ index: 0, usage: { prompt_tokens: 20, completion_tokens: 5, cached_tokens: 10 } }] },
    // 10 × 0.60 + 10 × 0.10 + 5 × 3
    pico: "22000000",
  },
  {
    what: "Groq: on_demand is its usual service",
    endpoint: ["groq", "openai/gpt-oss-120b"],
    wire: "openai-chat",
    body: { service_tier: "on_demand", x_groq: { usage: { prompt_tokens: 10, completion_tokens: 4 } } },
    // 10 × 0.15 + 4 × 0.60
    pico: "3900000",
  },
  {
    what: "MiniMax: what is written to the cache has a price",
    endpoint: ["minimax", "MiniMax-M2.5"],
    ...claude({ input_tokens: 10, cache_read_input_tokens: 4, cache_creation_input_tokens: 2, output_tokens: 1 }),
    // 10 × 0.30 + 4 × 0.03 + 2 × 0.375 + 1 × 1.20
    pico: "5070000",
  },
];

describe("B5 what providers report costs what their lists say, to the pico-USD", () => {
  test.each(titled([...OPENAI, ...ANTHROPIC, ...OTHERS]))("%s", (_, golden) => {
    expect(settled(golden)).toEqual(byHand(golden));
  });
});
