import type { Price } from "@signalbox/proto";
import { microUsd } from "./micro-usd.ts";
import type { ModelFacts } from "./provider-file.ts";

/** Prices in USD per million tokens of prompts longer than `above`. Where output with thinking costs more, `plain` is the other price. */
type Step = { readonly above: number; readonly input: number; readonly output: number; readonly plain?: number };
type Steps = { readonly steps: readonly Step[]; readonly cache: keyof typeof CACHES };

/**
 * Prices of cached tokens as shares of the input price: https://www.alibabacloud.com/help/en/model-studio/context-cache (2026-10-11).
 * Hits of the automatic cache cost a fifth, hits of an explicit one a tenth, and usage does not always say which it was: where a model has
 * both caches, a hit has the higher price.
 */
const CACHES = {
  both: { read: 0.2, write: 1.25 },
  marked: { read: 0.1, write: 1.25 },
  none: { read: null, write: null },
} as const;

/**
 * Models whose price steps by the length of the prompt, at the International deployment (Singapore), which the provider's address is:
 * https://www.alibabacloud.com/help/en/model-studio/model-pricing as of 2026-08-26, by models.dev (MIT) at commits 0654d77 and 3f2765a.
 * A request's step holds for all of its tokens. `32K` there is read as 32,000, so that no prompt between the two readings is priced too low.
 */
const PRICES: Readonly<Record<string, Steps>> = {
  "qwen-flash": {
    cache: "both",
    steps: [
      { above: 0, input: 0.05, output: 0.4 },
      { above: 256_000, input: 0.25, output: 2 },
    ],
  },
  "qwen-plus": {
    cache: "both",
    steps: [
      { above: 0, input: 0.4, output: 4, plain: 1.2 },
      { above: 256_000, input: 1.2, output: 12, plain: 3.6 },
    ],
  },
  "qwen3-coder-30b-a3b-instruct": {
    cache: "none",
    steps: [
      { above: 0, input: 0.45, output: 2.25 },
      { above: 32_000, input: 0.75, output: 3.75 },
      { above: 128_000, input: 1.2, output: 6 },
    ],
  },
  "qwen3-coder-480b-a35b-instruct": {
    cache: "none",
    steps: [
      { above: 0, input: 1.5, output: 7.5 },
      { above: 32_000, input: 2.7, output: 13.5 },
      { above: 128_000, input: 4.5, output: 22.5 },
    ],
  },
  "qwen3-coder-flash": {
    cache: "both",
    steps: [
      { above: 0, input: 0.3, output: 1.5 },
      { above: 32_000, input: 0.5, output: 2.5 },
      { above: 128_000, input: 0.8, output: 4 },
      { above: 256_000, input: 1.6, output: 9.6 },
    ],
  },
  "qwen3-coder-plus": {
    cache: "both",
    steps: [
      { above: 0, input: 1, output: 5 },
      { above: 32_000, input: 1.8, output: 9 },
      { above: 128_000, input: 3, output: 15 },
      { above: 256_000, input: 6, output: 60 },
    ],
  },
  "qwen3-max": {
    cache: "both",
    steps: [
      { above: 0, input: 1.2, output: 6 },
      { above: 32_000, input: 2.4, output: 12 },
      { above: 128_000, input: 3, output: 15 },
    ],
  },
  "qwen3-vl-plus": {
    cache: "both",
    steps: [
      { above: 0, input: 0.2, output: 1.6 },
      { above: 32_000, input: 0.3, output: 2.4 },
      { above: 128_000, input: 0.6, output: 4.8 },
    ],
  },
  "qwen3.5-plus": {
    cache: "marked",
    steps: [
      { above: 0, input: 0.4, output: 2.4 },
      { above: 256_000, input: 0.5, output: 3 },
    ],
  },
  "qwen3.6-flash": {
    cache: "marked",
    steps: [
      { above: 0, input: 0.25, output: 1.5 },
      { above: 256_000, input: 1, output: 4 },
    ],
  },
  "qwen3.6-max-preview": {
    cache: "marked",
    steps: [
      { above: 0, input: 1.3, output: 7.8 },
      { above: 128_000, input: 2, output: 12 },
    ],
  },
  "qwen3.6-plus": {
    cache: "marked",
    steps: [
      { above: 0, input: 0.5, output: 3 },
      { above: 256_000, input: 2, output: 6 },
    ],
  },
  "qwen3.7-plus": {
    cache: "both",
    steps: [
      { above: 0, input: 0.4, output: 1.6 },
      { above: 256_000, input: 1.2, output: 4.8 },
    ],
  },
};

/** Gives Alibaba's models their prices by prompt length, most of which the imported list lacks; other providers' stay as they are. */
export function withSteppedPrices(provider: string, models: readonly ModelFacts[]): ModelFacts[] {
  if (provider !== "alibaba") return [...models];
  return models.map((model) => {
    const stepped = PRICES[model.id];
    return stepped === undefined ? model : { ...model, price: priceOf(stepped) };
  });
}

function priceOf({ steps, cache }: Steps): Price {
  const { read, write } = CACHES[cache];
  return steps.map(({ above, input, output, plain }) => ({
    aboveInputTokens: above,
    input: microUsd(input),
    output: microUsd(output),
    cacheRead: read === null ? null : Math.round(microUsd(input) * read),
    cacheWrite: write === null ? null : Math.round(microUsd(input) * write),
    ...(plain === undefined ? {} : { outputPlain: microUsd(plain) }),
  }));
}
