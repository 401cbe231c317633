import type { Price, PriceTier, RequestFacts } from "@signalbox/proto";

/**
 * Pico-USD, exact. A number while it is a safe integer, because bigint arithmetic over a thousand endpoints costs more
 * than all the rest of a decision; a bigint beyond. JavaScript compares the two exactly.
 */
export type Money = number | bigint;

/** What a request may use at the most. */
export type Tokens = {
  readonly input: number;
  readonly output: number;
  /** For how long the provider is asked to keep the prompt. */
  readonly written?: RequestFacts["cacheMarks"];
};

/** The tier with the largest `aboveInputTokens` that the prompt exceeds; the first when it exceeds none. */
export function tierOf(price: Price, inputTokens: number): PriceTier | undefined {
  let found = price[0];
  for (const tier of price) if (inputTokens > tier.aboveInputTokens) found = tier;
  return found;
}

/** What a token of the prompt costs at the most: where it may be written to the provider's cache, no less than that. */
export function inputPriceOf({ input, cacheWrite, cacheWriteHour }: PriceTier, written: Tokens["written"]): number {
  if (written === undefined) return input;
  const most = Math.max(input, cacheWrite ?? input);
  return written === "1h" ? Math.max(most, cacheWriteHour ?? most) : most;
}

/**
 * Tokens × integer micro-USD per million tokens = pico-USD, with nothing rounded. No token is taken for read
 * from a cache: the estimate is what the request costs at the most.
 */
export function estimateCost(price: Price | null, tokens: Tokens): Money | null {
  const tier = price === null ? undefined : tierOf(price, tokens.input);
  if (tier === undefined) return null;
  const inputPrice = inputPriceOf(tier, tokens.written);
  const sum = tokens.input * inputPrice + tokens.output * tier.output;
  // A rounded product is at least 2^53 and shows in the sum, so a safe sum has exact terms.
  if (Number.isSafeInteger(sum)) return sum;
  return BigInt(tokens.input) * BigInt(inputPrice) + BigInt(tokens.output) * BigInt(tier.output);
}
