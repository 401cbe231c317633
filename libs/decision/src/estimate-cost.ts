import type { Price, PriceTier } from "@signalbox/proto";

/**
 * Pico-USD, exact. A number while it is a safe integer, because bigint arithmetic over a thousand endpoints costs more
 * than all the rest of a decision; a bigint beyond. JavaScript compares the two exactly.
 */
export type Money = number | bigint;

/** What a request may use at the most. */
export type Tokens = { readonly input: number; readonly output: number };

/** The tier with the largest `aboveInputTokens` that the prompt exceeds; the first when it exceeds none. */
export function tierOf(price: Price, inputTokens: number): PriceTier | undefined {
  let found = price[0];
  for (const tier of price) if (inputTokens > tier.aboveInputTokens) found = tier;
  return found;
}

/**
 * Tokens × integer micro-USD per million tokens = pico-USD, with nothing rounded. No token is taken for cached:
 * the estimate is what the request costs at the most.
 */
export function estimateCost(price: Price | null, tokens: Tokens): Money | null {
  const tier = price === null ? undefined : tierOf(price, tokens.input);
  if (tier === undefined) return null;
  const sum = tokens.input * tier.input + tokens.output * tier.output;
  // A rounded product is at least 2^53 and shows in the sum, so a safe sum has exact terms.
  if (Number.isSafeInteger(sum)) return sum;
  return BigInt(tokens.input) * BigInt(tier.input) + BigInt(tokens.output) * BigInt(tier.output);
}
