import type { Price, PriceTier, ServicePrice } from "./catalogue.ts";

/** The price tier of a whole request: the one with the largest `aboveInputTokens` that the prompt exceeds, else the first. */
export function tierOf(price: Price, inputTokens: number): PriceTier | undefined {
  let found = price[0];
  for (const tier of price) if (inputTokens > tier.aboveInputTokens) found = tier;
  return found;
}

/**
 * What priority service is assumed to cost, as a multiple of the usual price, where no price is published: the upper end of
 * Google's "75% to 100% more" (https://ai.google.dev/gemini-api/docs/optimization). Bedrock names no figure.
 */
const PRIORITY_TIMES = 2;

/** The token prices of a service tier: the known ones; for an unknown `priority` an upper estimate, else the usual prices. */
export function servicePriceOf(tier: PriceTier, service: keyof NonNullable<PriceTier["services"]>): ServicePrice {
  const known = tier.services?.[service];
  if (known !== undefined) return known;
  return service === "priority" ? scaledPrice(tier, (price) => price * PRIORITY_TIMES) : tier;
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
