import { type Price, type PriceTier, scaledPrice, type ServicePrice } from "@signalbox/proto";
import { google } from "./google-services.ts";
import { microUsd } from "./micro-usd.ts";

type Usd = readonly [input: number, cached: number | null, output: number];

/** What OpenAI's priority processing costs, in USD per million tokens (https://openai.com/api-priority-processing/, read 2026-11-22). */
const OPENAI_PRIORITY: Readonly<Record<string, Usd>> = {
  "gpt-5.5": [12.5, 1.25, 75],
  "gpt-5.4": [5, 0.5, 30],
  "gpt-5.4-mini": [1.5, 0.15, 9],
  "gpt-5.2": [3.5, 0.35, 28],
  "gpt-5.1": [2.5, 0.25, 20],
  "gpt-5.1-codex": [2.5, 0.25, 20],
  "gpt-5": [2.5, 0.25, 20],
  "gpt-5-codex": [2.5, 0.25, 20],
  "gpt-5-mini": [0.45, 0.045, 3.6],
  "gpt-4.1": [3.5, 0.875, 14],
  "gpt-4.1-mini": [0.7, 0.175, 2.8],
  "gpt-4.1-nano": [0.2, 0.05, 0.8],
  "gpt-4o": [4.25, 2.125, 17],
  "gpt-4o-2024-11-20": [4.25, 2.125, 17],
  "gpt-4o-2024-08-06": [4.25, 2.125, 17],
  "gpt-4o-2024-05-13": [8.75, null, 26.25],
  "gpt-4o-mini": [0.25, 0.125, 1],
  o3: [3.5, 0.875, 14],
  "o4-mini": [2, 0.5, 8],
};

/** Claude's fast mode, as a multiple of all of a model's prices (https://platform.claude.com/docs/en/build-with-claude/fast-mode). */
const CLAUDE_FAST: readonly (readonly [models: RegExp, times: number])[] = [
  [/^claude-opus-4-[67]\b/, 6],
  [/^claude-opus-(?:4-8|5)\b/, 2],
];
/** Claude from 4.6 on costs a tenth more when served in the United States alone (https://platform.claude.com/docs/en/about-claude/pricing). */
const CLAUDE_US_ONLY = /^claude-(?:(?:opus|sonnet|haiku)-(?:4-[6-9]|[5-9])|fable|mythos)/;
const US_ONLY_MICRO = 1_100_000;

/** A provider's list price, completed by the known prices of its other service tiers. */
export function withServices(provider: string, model: string, price: Price): Price {
  if (provider === "openai") return price.map((tier) => openai(model, tier));
  if (provider === "google") return price.map((tier) => google(model, tier));
  return provider === "anthropic" ? price.map((tier) => anthropic(model, tier)) : price;
}

/** Flex costs what the batch API does, half; priority has no price for long prompts, which it does not take. */
function openai(model: string, tier: PriceTier): PriceTier {
  const half = scaledPrice(tier, (price) => Math.ceil(price / 2));
  const usd = tier.aboveInputTokens === 0 ? OPENAI_PRIORITY[model] : undefined;
  const priority = usd === undefined ? {} : { priority: listed(usd) };
  return { ...tier, services: { batch: half, flex: half, ...priority } };
}

function anthropic(model: string, tier: PriceTier): PriceTier {
  const times = CLAUDE_FAST.find(([models]) => models.test(model))?.[1];
  return {
    ...tier,
    ...(times === undefined ? {} : { services: { fast: scaledPrice(tier, (price) => price * times) } }),
    ...(CLAUDE_US_ONLY.test(model) ? { usOnlyMicro: US_ONLY_MICRO } : {}),
  };
}

function listed([input, cached, output]: Usd): ServicePrice {
  const cacheRead = cached === null ? null : microUsd(cached);
  return { input: microUsd(input), output: microUsd(output), cacheRead, cacheWrite: null };
}
