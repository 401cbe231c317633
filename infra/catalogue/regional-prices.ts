import { type PriceTier, scaledPrice } from "@signalbox/proto";
import type { ModelFacts } from "./provider-file.ts";

/** A geographic inference profile of Bedrock for a Claude from 4.5 on, which are the models that have a global profile too. */
const GEOGRAPHIC =
  /^(?:us|eu|jp|au|apac)\.(anthropic\.claude-(?:(?:opus|sonnet|haiku)-(?:4-[5-9]|[5-9])|fable|mythos).*)$/;

/**
 * Corrects prices that depend on the region. On Bedrock a geographic profile costs a tenth more than the global one
 * (https://docs.aws.amazon.com/bedrock/latest/userguide/global-cross-region-inference.html), which the imported list says of some alone.
 */
export function withRegionalPrices(provider: string, models: readonly ModelFacts[]): ModelFacts[] {
  if (provider !== "bedrock") return [...models];
  const byId = new Map(models.map((model) => [model.id, model]));
  return models.map((model) => {
    const base = GEOGRAPHIC.exec(model.id)?.[1];
    const global = base === undefined ? undefined : byId.get(`global.${base}`)?.price;
    return global == null ? model : { ...model, price: global.map(aTenthMore) };
  });
}

function aTenthMore(tier: PriceTier): PriceTier {
  return { ...tier, ...scaledPrice(tier, (micro) => Math.ceil((micro * 11) / 10)) };
}
