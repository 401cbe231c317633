import type { Price, PriceTier, ServicePrice } from "./catalogue.ts";

/** The tier with the largest `aboveInputTokens` that the prompt exceeds, which holds for all of it; the first when it exceeds none. */
export function tierOf(price: Price, inputTokens: number): PriceTier | undefined {
  let found = price[0];
  for (const tier of price) if (inputTokens > tier.aboveInputTokens) found = tier;
  return found;
}

/**
 * Priority whose price nobody publishes is taken to cost so many times the usual: the most of Google's "75% to 100% more"
 * (https://ai.google.dev/gemini-api/docs/optimization); Bedrock speaks of a premium and names none.
 */
const PRIORITY_TIMES = 2;

/** The prices of tokens in a kind of service, as far as they are known, or the most that they are taken to be; else the usual ones. */
export function servicePriceOf(tier: PriceTier, service: keyof NonNullable<PriceTier["services"]>): ServicePrice {
  const known = tier.services?.[service];
  if (known !== undefined) return known;
  return service === "priority" ? scaledPrice(tier, (price) => price * PRIORITY_TIMES) : tier;
}

/** How many searches are paid for, of as many as were made. */
export function billedSearches({ webSearchOnce, webSearchAlways }: PriceTier, searches: number): number {
  const made = webSearchAlways === true ? Math.max(searches, 1) : searches;
  return webSearchOnce === true ? Math.min(made, 1) : made;
}

/** All prices of tokens that a tier has, each changed in the same way. */
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
