import {
  billedSearches,
  type Price,
  type PriceTier,
  type ServicePrice,
  servicePriceOf,
  tierOf,
  type Usage,
} from "@signalbox/proto";

/**
 * What an attempt costs in pico-USD, as a decimal string; null when the endpoint has no known price. What the provider says that it
 * charges is what it costs; where it says nothing of that, the price list is asked.
 * Prices are micro-USD per million tokens, so tokens × price is exact. The tier is chosen by the whole prompt and holds for all of it.
 * Cached, cache-write and sound tokens are part of the input, reasoning tokens part of the output. What used nothing costs nothing.
 */
export function costPicoUsdOf(usage: Usage, price: Price | null): string | null {
  if (usage.source === "none") return "0";
  return usage.chargedPicoUsd ?? listedPicoUsdOf(usage, price);
}

/** The same by the price list alone. */
export function listedPicoUsdOf(usage: Usage, list: Price | null): string | null {
  const tier = list === null ? undefined : tierOf(list, usage.inputTokens);
  if (tier === undefined) return null;
  const price = givenPriceOf(usage, tier);
  const { input, cacheRead, cacheWrite, cacheWriteHour, audioInput } = price;
  const hour = Math.min(usage.cacheWriteHourTokens ?? 0, usage.cacheWriteTokens);
  const write = cacheWrite ?? input;
  const fresh = Math.max(0, usage.inputTokens - usage.cachedInputTokens - usage.cacheWriteTokens);
  // What of a prompt was cached is not counted by its modality: sound is taken to be what was not.
  const sound = Math.min(usage.audioInputTokens ?? 0, fresh);
  const tokens =
    times(fresh - sound, input) +
    times(sound, audioInput ?? input) +
    times(usage.cachedInputTokens, cacheRead ?? input) +
    times(usage.cacheWriteTokens - hour, write) +
    times(hour, cacheWriteHour ?? write) +
    times(usage.outputTokens, outputPriceOf(usage, tier, price));
  const searches = times(billedSearches(tier, usage.webSearches ?? 0), tier.webSearch ?? 0) * PICO_PER_MICRO;
  return (placed(tokens, usage, tier) + searches).toString();
}

const PICO_PER_MICRO = 1_000_000n;

/** The prices of tokens in the kind of service that was given; the tier itself where that is the usual one, or nobody knows. */
export function givenPriceOf({ serviceTier }: Usage, tier: PriceTier): ServicePrice {
  return serviceTier === undefined || serviceTier === "other" ? tier : servicePriceOf(tier, serviceTier);
}

/** Of what is only estimated nobody knows whether it was thought through: it has the dearer price. */
function outputPriceOf({ source, reasoningTokens }: Usage, tier: PriceTier, price: ServicePrice): number {
  const isPlain = source === "reported" && reasoningTokens === 0 && price === tier;
  return isPlain ? (tier.outputPlain ?? tier.output) : price.output;
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
