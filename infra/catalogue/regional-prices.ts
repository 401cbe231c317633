import { type PriceTier, scaledPrice } from "@signalbox/proto";
import type { ModelFacts } from "./provider-file.ts";

/** A profile of Bedrock's that keeps a request within a geography, of a Claude from 4.5 on: the models that have a global one, too. */
const GEOGRAPHIC =
  /^(?:us|eu|jp|au|apac)\.(anthropic\.claude-(?:(?:opus|sonnet|haiku)-(?:4-[5-9]|[5-9])|fable|mythos).*)$/;

/**
 * A provider's models at the prices of the places where they compute. On Bedrock a geographic profile costs a tenth more than the global
 * one (https://docs.aws.amazon.com/bedrock/latest/userguide/global-cross-region-inference.html); the list says so of some of them alone.
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
