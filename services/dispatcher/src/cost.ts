import type { Price, Usage } from "@signalbox/proto";

/**
 * What an attempt costs in pico-USD, as a decimal string; null when the endpoint has no known price.
 * Prices are micro-USD per million tokens, so tokens × price is exact. The tier is chosen by the whole prompt and holds for all of it.
 * Cached and cache-write tokens are part of the input, reasoning tokens part of the output. What used nothing costs nothing.
 */
export function costPicoUsdOf(usage: Usage, price: Price | null): string | null {
  if (usage.source === "none") return "0";
  if (price === null) return null;
  const tier = price.findLast(({ aboveInputTokens }) => usage.inputTokens > aboveInputTokens) ?? price[0];
  if (tier === undefined) return null;
  const hour = Math.min(usage.cacheWriteHourTokens ?? 0, usage.cacheWriteTokens);
  const write = tier.cacheWrite ?? tier.input;
  const fresh = Math.max(0, usage.inputTokens - usage.cachedInputTokens - usage.cacheWriteTokens);
  const cost =
    times(fresh, tier.input) +
    times(usage.cachedInputTokens, tier.cacheRead ?? tier.input) +
    times(usage.cacheWriteTokens - hour, write) +
    times(hour, tier.cacheWriteHour ?? write) +
    times(usage.outputTokens, tier.output);
  return cost.toString();
}

/** The sum over attempts; null when any of them is unpriced. */
export function sumPicoUsd(costs: readonly (string | null)[]): string | null {
  let sum = 0n;
  for (const cost of costs) {
    if (cost === null) return null;
    sum += BigInt(cost);
  }
  return sum.toString();
}

function times(tokens: number, microUsdPerMillion: number): bigint {
  return BigInt(tokens) * BigInt(microUsdPerMillion);
}
