import { describe, expect, test } from "vitest";
import { byHand, chat, gemini, type Golden, settled, titled } from "./golden-costs.test-kit.ts";

// The sums are done by hand: tokens × USD per million, in pico-USD.

const ALIBABA: readonly Golden[] = [
  {
    what: "at 32,000 tokens a prompt has the lowest price",
    endpoint: ["alibaba", "qwen3-max"],
    ...chat({ prompt_tokens: 32_000, completion_tokens: 10 }),
    // 32,000 × 1.20 + 10 × 6
    pico: "38460000000",
  },
  {
    what: "one more has the next, all of it",
    endpoint: ["alibaba", "qwen3-max"],
    ...chat({ prompt_tokens: 32_001, completion_tokens: 10 }),
    // 32,001 × 2.40 + 10 × 12
    pico: "76922400000",
  },
  {
    what: "what the cache gave and took has the prices of the prompt's step",
    endpoint: ["alibaba", "qwen3-coder-plus"],
    ...chat({
      prompt_tokens: 200_000,
      completion_tokens: 1000,
      prompt_tokens_details: { cached_tokens: 50_000, cache_creation_input_tokens: 10_000 },
    }),
    // 140,000 × 3 + 50,000 × 0.60 + 10,000 × 3.75 + 1000 × 15
    pico: "502500000000",
  },
  {
    what: "the last step is of more than 256,000 tokens",
    endpoint: ["alibaba", "qwen3-coder-plus"],
    ...chat({ prompt_tokens: 300_000, completion_tokens: 100 }),
    // 300,000 × 6 + 100 × 60
    pico: "1806000000000",
  },
  {
    what: "an answer that was thought through costs more, all of it",
    endpoint: ["alibaba", "qwen-plus"],
    ...chat({ prompt_tokens: 100, completion_tokens: 10, completion_tokens_details: { reasoning_tokens: 8 } }),
    // 100 × 0.40 + 10 × 4
    pico: "80000000",
  },
  {
    what: "one without thinking costs less",
    endpoint: ["alibaba", "qwen-plus"],
    ...chat({ prompt_tokens: 100, completion_tokens: 10 }),
    // 100 × 0.40 + 10 × 1.20
    pico: "52000000",
  },
];

const MISTRAL: readonly Golden[] = [
  {
    what: "what its cache gave costs a tenth",
    endpoint: ["mistral", "mistral-medium-latest"],
    wire: "mistral",
    body: { usage: { prompt_tokens: 100, completion_tokens: 10, num_cached_tokens: 60, total_tokens: 110 } },
    // 40 × 1.50 + 60 × 0.15 + 10 × 7.50
    pico: "144000000",
  },
];

const long = (prompt: number, cached: number): object => ({
  promptTokenCount: prompt,
  cachedContentTokenCount: cached,
  candidatesTokenCount: 1,
  totalTokenCount: prompt + 1,
});

const THRESHOLDS: readonly Golden[] = [
  {
    what: "at 272,000 tokens a prompt has the lower price, what was cached included",
    endpoint: ["openai", "gpt-5.5"],
    ...chat({
      prompt_tokens: 272_000,
      completion_tokens: 1,
      prompt_tokens_details: { cached_tokens: 72_000 },
    }),
    // 200,000 × 5 + 72,000 × 0.50 + 1 × 30
    pico: "1036030000000",
  },
  {
    what: "one more has the upper one, all of it",
    endpoint: ["openai", "gpt-5.5"],
    ...chat({
      prompt_tokens: 272_001,
      completion_tokens: 1,
      prompt_tokens_details: { cached_tokens: 72_001 },
    }),
    // 200,000 × 10 + 72,001 × 1 + 1 × 45
    pico: "2072046000000",
  },
  {
    what: "at 200,000 tokens a prompt has the lower price",
    endpoint: ["google", "gemini-2.5-pro"],
    ...gemini(long(200_000, 100_000)),
    // 100,000 × 1.25 + 100,000 × 0.125 + 1 × 10
    pico: "137510000000",
  },
  {
    what: "one more has the upper one, of which priority is twice",
    endpoint: ["google", "gemini-2.5-pro"],
    ...gemini({ ...long(200_001, 100_000), serviceTier: "priority" }),
    // (100,001 × 2.50 + 100,000 × 0.25 + 1 × 15) × 2
    pico: "550035000000",
    doubts: ["service-tier"],
  },
];

const heard = (prompt: number, audio: number, more: object = {}): object => ({
  promptTokenCount: prompt,
  promptTokensDetails: [
    { modality: "TEXT", tokenCount: prompt - audio },
    { modality: "AUDIO", tokenCount: audio },
  ],
  ...more,
});
const searched = (...webSearchQueries: string[]): object => ({
  candidates: [{ groundingMetadata: { webSearchQueries } }],
});

const SOUND: readonly Golden[] = [
  {
    what: "sound has a price of its own",
    endpoint: ["google", "gemini-2.5-flash"],
    ...gemini(heard(1000, 800, { candidatesTokenCount: 10, totalTokenCount: 1010 })),
    // 200 × 0.30 + 800 × 1 + 10 × 2.50
    pico: "885000000",
  },
  {
    what: "how much of it was cached is not said: it is taken to be what was not",
    endpoint: ["google", "gemini-2.5-flash"],
    ...gemini(heard(1000, 900, { cachedContentTokenCount: 300, candidatesTokenCount: 10, totalTokenCount: 1010 })),
    // 700 × 1 + 300 × 0.03 + 10 × 2.50
    pico: "734000000",
    doubts: ["modality"],
  },
  {
    what: "a Pro has one price for all that it reads",
    endpoint: ["google", "gemini-2.5-pro"],
    ...gemini(heard(100, 50, { cachedContentTokenCount: 20, candidatesTokenCount: 1, totalTokenCount: 101 })),
    // 80 × 1.25 + 20 × 0.125 + 1 × 10
    pico: "112500000",
  },
  {
    what: "images that were made are charged as text, and say so",
    endpoint: ["google", "gemini-2.5-flash"],
    ...gemini({
      promptTokenCount: 10,
      candidatesTokenCount: 100,
      candidatesTokensDetails: [{ modality: "IMAGE", tokenCount: 100 }],
      totalTokenCount: 110,
    }),
    // 10 × 0.30 + 100 × 2.50
    pico: "253000000",
    doubts: ["modality"],
  },
];

const SERVICES: readonly Golden[] = [
  {
    what: "each query that was searched for costs 1.4 cents from Gemini 3 on",
    endpoint: ["google", "gemini-3.1-pro-preview"],
    ...gemini({ promptTokenCount: 10, candidatesTokenCount: 1, totalTokenCount: 11 }, searched("a", "", "b")),
    // 10 × 2 + 1 × 12 + 2 × 0.014 USD
    pico: "28032000000",
  },
  {
    what: "before it, a prompt that was searched for costs 3.5 cents, however often",
    endpoint: ["google", "gemini-2.5-flash"],
    ...gemini({ promptTokenCount: 10, candidatesTokenCount: 1, totalTokenCount: 11 }, searched("a", "b", "c")),
    // 10 × 0.30 + 1 × 2.50 + 0.035 USD
    pico: "35005500000",
  },
  {
    what: "places on a map have a price that is not known here",
    endpoint: ["google", "gemini-2.5-flash"],
    ...gemini(
      { promptTokenCount: 10, candidatesTokenCount: 1, totalTokenCount: 11 },
      { candidates: [{ groundingMetadata: { groundingChunks: [{ maps: { title: "A cafe" } }] } }] },
    ),
    // 10 × 0.30 + 1 × 2.50
    pico: "5500000",
    doubts: ["server-tools"],
  },
  {
    what: "flex is half, of the price for a long prompt too",
    endpoint: ["google", "gemini-3.1-pro-preview"],
    ...gemini({
      promptTokenCount: 250_000,
      candidatesTokenCount: 100,
      totalTokenCount: 250_100,
      trafficType: "ON_DEMAND_FLEX",
    }),
    // 250,000 × 2 + 100 × 9
    pico: "500900000000",
  },
  {
    what: "priority is 1.8 times the usual, sound and the cache included",
    endpoint: ["google", "gemini-3-flash-preview"],
    ...gemini(heard(1000, 600, { candidatesTokenCount: 100, totalTokenCount: 1100, serviceTier: "priority" })),
    // 400 × 0.90 + 600 × 1.80 + 100 × 5.40
    pico: "1980000000",
  },
  {
    what: "the priority of a model that nobody lists it of is charged at the most of what Google says, and says so",
    endpoint: ["google", "gemini-2.5-flash"],
    ...gemini({ promptTokenCount: 10, candidatesTokenCount: 1, totalTokenCount: 11, serviceTier: "priority" }),
    // (10 × 0.30 + 1 × 2.50) × 2
    pico: "11000000",
    doubts: ["service-tier"],
  },
  {
    what: "Bedrock publishes no figure for its tiers: priority is charged at twice the usual one, and says so",
    endpoint: ["bedrock", "deepseek.v3.2"],
    wire: "bedrock-converse",
    body: { serviceTier: { type: "priority" }, usage: { inputTokens: 10, outputTokens: 1, totalTokens: 11 } },
    // (10 × 0.62 + 1 × 1.85) × 2
    pico: "16100000",
    doubts: ["service-tier"],
  },
  {
    what: "what is cheaper by a figure that nobody publishes is charged as the usual one, and says so",
    endpoint: ["bedrock", "deepseek.v3.2"],
    wire: "bedrock-converse",
    body: { serviceTier: { type: "flex" }, usage: { inputTokens: 10, outputTokens: 1, totalTokens: 11 } },
    // 10 × 0.62 + 1 × 1.85
    pico: "8050000",
    doubts: ["service-tier"],
  },
  {
    what: "a model that is made to search does so for each answer, of which Chat Completions reports nothing",
    endpoint: ["openai", "gpt-5-search-api"],
    price: { inputUsdPerMillion: 1.25, outputUsdPerMillion: 10, tiers: [] },
    ...chat({ prompt_tokens: 10, completion_tokens: 1 }),
    // 10 × 1.25 + 1 × 10 + 0.01 USD
    pico: "10022500000",
  },
  {
    what: "one that does not reason pays 2.5 cents",
    endpoint: ["openai", "gpt-4o-search-preview-2025-03-11"],
    price: { inputUsdPerMillion: 2.5, outputUsdPerMillion: 10, tiers: [] },
    ...chat({ prompt_tokens: 10, completion_tokens: 1 }),
    // 10 × 2.50 + 1 × 10 + 0.025 USD
    pico: "25035000000",
  },
];

describe("B5 what is billed by another price than text's, or beside the tokens", () => {
  test.each(titled([...THRESHOLDS, ...ALIBABA, ...MISTRAL, ...SOUND, ...SERVICES]))("%s", (_, golden) => {
    expect(settled(golden)).toEqual(byHand(golden));
  });
});
