import type { Price, PriceTier, ServicePrice, Usage } from "@signalbox/proto";

/**
 * What an attempt costs in pico-USD, as a decimal string; null when the endpoint has no known price. What the provider says that it
 * charges is what it costs; where it says nothing of that, the price list is asked.
 * Prices are micro-USD per million tokens, so tokens × price is exact. The tier is chosen by the whole prompt and holds for all of it.
 * Cached and cache-write tokens are part of the input, reasoning tokens part of the output. What used nothing costs nothing.
 */
export function costPicoUsdOf(usage: Usage, price: Price | null): string | null {
  if (usage.source === "none") return "0";
  return usage.chargedPicoUsd ?? listedPicoUsdOf(usage, price);
}

/** The same by the price list alone. */
export function listedPicoUsdOf(usage: Usage, price: Price | null): string | null {
  const tier = price === null ? undefined : tierOf(usage, price);
  if (tier === undefined) return null;
  const { input, output, cacheRead, cacheWrite, cacheWriteHour } = servicePriceOf(usage, tier);
  const hour = Math.min(usage.cacheWriteHourTokens ?? 0, usage.cacheWriteTokens);
  const write = cacheWrite ?? input;
  const fresh = Math.max(0, usage.inputTokens - usage.cachedInputTokens - usage.cacheWriteTokens);
  const tokens =
    times(fresh, input) +
    times(usage.cachedInputTokens, cacheRead ?? input) +
    times(usage.cacheWriteTokens - hour, write) +
    times(hour, cacheWriteHour ?? write) +
    times(usage.outputTokens, output);
  const searches = times(usage.webSearches ?? 0, tier.webSearch ?? 0) * PICO_PER_MICRO;
  return (placed(tokens, usage, tier) + searches).toString();
}

const PICO_PER_MICRO = 1_000_000n;

/** The tier of a list that a usage falls into. */
export function tierOf(usage: Usage, price: Price): PriceTier | undefined {
  return price.findLast(({ aboveInputTokens }) => usage.inputTokens > aboveInputTokens) ?? price[0];
}

function servicePriceOf({ serviceTier }: Usage, tier: PriceTier): ServicePrice {
  return serviceTier === undefined || serviceTier === "other" ? tier : (tier.services?.[serviceTier] ?? tier);
}

/** Rounded up to a whole pico-USD. */
function placed(picoUsd: bigint, { usOnly }: Usage, { usOnlyMicro }: PriceTier): bigint {
  if (usOnly !== true || usOnlyMicro === undefined) return picoUsd;
  return (picoUsd * BigInt(usOnlyMicro) + 999_999n) / 1_000_000n;
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
