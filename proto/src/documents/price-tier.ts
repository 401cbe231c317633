import type { Price, PriceTier, ServicePrice } from "./catalogue.ts";

/** The price tier of a whole request: the one with the largest `aboveInputTokens` that the prompt exceeds, else the first. */
export function tierOf(price: Price, inputTokens: number): PriceTier | undefined {
  let found = price[0];
  for (const tier of price) if (inputTokens > tier.aboveInputTokens) found = tier;
  return found;
}

/**
 * What a service tier is assumed to cost, as a multiple of the usual price, where no price is published. Of priority it is the upper end of
 * Google's "75% to 100% more" (https://ai.google.dev/gemini-api/docs/optimization); Bedrock names no figure. OpenAI alone sells ultrafast
 * (https://developers.openai.com/api/docs/guides/ultrafast-mode), at six times the usual price for the first model that has it
 * (https://vercel.com/changelog/openai-ultrafast-mode-now-available-on-ai-gateway).
 */
const ASSUMED_TIMES: Partial<Record<ServiceTier, number>> = { priority: 2, ultrafast: 6 };

type ServiceTier = keyof NonNullable<PriceTier["services"]>;

/** The token prices of a service tier: the known ones, else an upper estimate where one is assumed, else the usual prices. */
export function servicePriceOf(tier: PriceTier, service: ServiceTier): ServicePrice {
  const known = tier.services?.[service];
  if (known !== undefined) return known;
  const times = ASSUMED_TIMES[service];
  return times === undefined ? tier : scaledPrice(tier, (price) => price * times);
}

/** How many web searches are billed when the provider reported `searches`. */
export function billedSearches({ webSearchOnce, webSearchAlways }: PriceTier, searches: number): number {
  const made = webSearchAlways === true ? Math.max(searches, 1) : searches;
  return webSearchOnce === true ? Math.min(made, 1) : made;
}

/** A tier's token prices, each mapped by the same function. */
export function scaledPrice(tier: PriceTier, by: (price: number) => number): ServicePrice {
  const { input, output, cacheRead, cacheWrite, cacheWriteHour, audioInput } = tier;
  return {
    input: by(input),
    output: by(output),
    cacheRead: cacheRead === null ? null : by(cacheRead),
    cacheWrite: cacheWrite === null ? null : by(cacheWrite),
    ...(cacheWriteHour === undefined ? {} : { cacheWriteHour: by(cacheWriteHour) }),
    ...(audioInput === undefined ? {} : { audioInput: by(audioInput) }),
  };
}
