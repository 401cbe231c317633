import type { PriceTier, ServicePrice } from "@signalbox/proto";
import { csvOf } from "./cost-csv.ts";

type Priced = {
  readonly endpoint: string;
  readonly provider: string;
  readonly model: string;
  readonly tiers: readonly PriceTier[] | null;
};

type Column<T> = (price: T) => number | string | null | undefined;

const HEAD = ["catalogue", "endpoint", "provider", "model", "above_input_tokens"] as const;

const TOKENS = {
  input_micro_usd_per_million: ({ input }) => input,
  output_micro_usd_per_million: ({ output }) => output,
  cache_read_micro_usd_per_million: ({ cacheRead }) => cacheRead,
  cache_write_micro_usd_per_million: ({ cacheWrite }) => cacheWrite,
  cache_write_hour_micro_usd_per_million: ({ cacheWriteHour }) => cacheWriteHour,
  audio_input_micro_usd_per_million: ({ audioInput }) => audioInput,
} satisfies Record<string, Column<ServicePrice>>;

/** The columns that hold for every service tier; `output_plain` holds for the usual one alone. */
const TIER = {
  output_plain_micro_usd_per_million: ({ outputPlain }) => outputPlain,
  us_only_factor_micro: ({ usOnlyMicro }) => usOnlyMicro,
  web_search_micro_usd: ({ webSearch }) => webSearch,
  web_search_terms: ({ webSearchOnce, webSearchAlways, webSearchAtMost }) =>
    [webSearchOnce && "once", webSearchAlways && "always", webSearchAtMost && "at-most"].filter(Boolean).join(" "),
} satisfies Record<string, Column<PriceTier>>;

/** A price list as CSV, complete for computing costs: one line for each price tier, and one for each service tier within it. */
export function priceCsv(catalogue: string, data: readonly Priced[]): string {
  const lines = data.flatMap(({ endpoint, provider, model, tiers }) =>
    linesOf(tiers).map((line) => [catalogue, endpoint, provider, model, ...line]),
  );
  return csvOf([...HEAD, ...Object.keys(TOKENS), "service", ...Object.keys(TIER)], lines);
}

function linesOf(tiers: Priced["tiers"]): string[][] {
  if (tiers === null) return [["", ...cells(TOKENS, null), "", ...cells(TIER, null)]];
  return tiers.flatMap((tier) => [
    [String(tier.aboveInputTokens), ...cells(TOKENS, tier), "", ...cells(TIER, tier)],
    ...Object.entries(tier.services ?? {}).map(([service, price]) => [
      String(tier.aboveInputTokens),
      ...cells(TOKENS, price),
      service,
      ...cells(TIER, { ...tier, outputPlain: undefined }),
    ]),
  ]);
}

function cells<T>(columns: Record<string, Column<T>>, price: T | null): string[] {
  return Object.values(columns).map((valueOf) => String((price === null ? null : valueOf(price)) ?? ""));
}
