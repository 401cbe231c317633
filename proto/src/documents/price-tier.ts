import type { Price, PriceTier } from "./catalogue.ts";

/** The tier with the largest `aboveInputTokens` that the prompt exceeds, which holds for all of it; the first when it exceeds none. */
export function tierOf(price: Price, inputTokens: number): PriceTier | undefined {
  let found = price[0];
  for (const tier of price) if (inputTokens > tier.aboveInputTokens) found = tier;
  return found;
}
