import {
  COST_DOUBTS,
  type CostDoubt,
  type PlanEndpoint,
  type Price,
  type PriceTier,
  tierOf,
  type Usage,
} from "@signalbox/proto";
import { givenPriceOf, listedPicoUsdOf } from "./cost.ts";

/** A charge is another sum than the list's where one is more than this many times the other. */
const CHARGE_RATIO = 2n;

/** What was called, and how many answers were asked of it. */
type Called = Pick<PlanEndpoint, "price" | "contextTokens"> & { readonly choices: number };

/** Why what this usage is said to cost may not be what its provider bills; empty for most. */
export function costDoubtsOf(usage: Usage, { price, contextTokens, choices }: Called): CostDoubt[] {
  if (usage.source === "none") return NONE;
  const doubts = new Set<CostDoubt>();
  // Where a report could not be believed, an estimate stands in for it.
  if (usage.malformed === true) doubts.add(usage.source === "estimated" ? "implausible-usage" : "malformed-usage");
  if (isBeyond(usage, contextTokens, choices)) doubts.add("beyond-context");
  if (usage.chargedPicoUsd === undefined) addUnpricedParts(usage, price, doubts);
  else if (isAnotherSum(usage, price)) doubts.add("charge");
  return doubts.size === 0 ? NONE : COST_DOUBTS.filter((doubt) => doubts.has(doubt));
}

const NONE: CostDoubt[] = [];

/** Each choice has the context to itself. */
function isBeyond({ source, inputTokens, outputTokens }: Usage, contextTokens = Infinity, choices: number): boolean {
  return source === "reported" && (inputTokens > contextTokens || outputTokens > contextTokens * choices);
}

function addUnpricedParts(usage: Usage, price: Price | null, doubts: Set<CostDoubt>): void {
  const tier = price === null ? undefined : tierOf(price, usage.inputTokens);
  if (tier === undefined) return;
  const { serviceTier, usOnly, webSearches = 0, serverTools } = usage;
  const isUnknownTier =
    serviceTier !== undefined && (serviceTier === "other" || tier.services?.[serviceTier] === undefined);
  if (isUnknownTier || (usOnly === true && tier.usOnlyMicro === undefined)) doubts.add("service-tier");
  if (usage.otherModel === true) doubts.add("other-model");
  const isSearchUnpriced = webSearches > 0 && (tier.webSearch === undefined || tier.webSearchAtMost === true);
  if (serverTools === true || isSearchUnpriced) doubts.add("server-tools");
  if (isModalityUnpriced(usage, tier)) doubts.add("modality");
}

/** A report does not say how much of what was cached is sound. Output other than text has a price of its own everywhere. */
function isModalityUnpriced(usage: Usage, tier: PriceTier): boolean {
  if (usage.audioOutputTokens !== undefined || usage.imageOutputTokens !== undefined) return true;
  if (usage.audioInputTokens === undefined) return false;
  const { input, audioInput } = givenPriceOf(usage, tier);
  return audioInput === undefined || (audioInput !== input && usage.cachedInputTokens > 0);
}

function isAnotherSum(usage: Usage, price: Price | null): boolean {
  const listed = listedPicoUsdOf(usage, price);
  if (listed === null || usage.chargedPicoUsd === undefined) return false;
  const charged = BigInt(usage.chargedPicoUsd);
  return charged > BigInt(listed) * CHARGE_RATIO || charged * CHARGE_RATIO < BigInt(listed);
}
