import {
  CAPABILITIES,
  type Capability,
  type Endpoint,
  type Price,
  type PriceTier,
  type WireName,
} from "@signalbox/proto";
import { declaredQuality } from "./declared-quality.ts";
import { familyOf } from "./family.ts";
import type { KnownModels } from "./load-catalogue.ts";
import { microUsd } from "./micro-usd.ts";
import { assumedInputs, operationsOfName } from "./operations-of-name.ts";
import type { ModelFacts } from "./provider-file.ts";
import type { ModelConfig } from "./model-config.ts";
import type { PriceConfig } from "./price-config.ts";
import { documentedTerms } from "./provider-terms.ts";
import { withSearches } from "./search-prices.ts";
import { withServices } from "./service-prices.ts";
import { SIMULATOR_PROVIDER, simulatedQuality } from "./simulator-models.ts";

/** An endpoint's region, retention and training terms. */
type EndpointTerms = Pick<ModelConfig, "region" | "retention" | "training">;

/** The capabilities assumed for an unknown model: without any it would hardly ever be chosen. */
const ASSUMED_CAPABILITIES: readonly Capability[] = CAPABILITIES.filter(
  (capability) => capability !== "reasoning",
).toSorted();

/**
 * Builds the endpoint of one model at one provider. Each field comes from the config, else from the catalogue's facts for
 * this provider, else (but for prices) from its facts for the same family at another host.
 */
export function buildEndpoint(options: {
  known: KnownModels;
  provider: string;
  /** The config's terms for all models of the provider. */
  terms?: EndpointTerms;
  /** Whether it is called at the provider's own address, for which its published terms hold. */
  isOwnAddress?: boolean;
  model: ModelConfig;
  /** The provider's wire, which the catalogue may override for a model; openai-chat unless given. */
  dialect?: WireName;
  /** Whether the config names that wire; then no model overrides it. */
  isDialectGiven?: boolean;
  /** What the provider's address for that wire cannot carry. */
  lacks?: readonly Capability[];
}): Endpoint {
  const { known, provider, model, dialect = "openai-chat", isDialectGiven = false, lacks = [] } = options;
  const own = known.providers.get(provider)?.models.find(({ id }) => id === model.id);
  const family = model.family ?? own?.family ?? familyOf(provider, model.id);
  const facts = own ?? modelOfFamily(known, family);
  const operations = sortedOnce(
    model.operations ?? facts?.operations ?? (facts === undefined ? operationsOfName(model.id) : ["chat"]),
  );
  const openWeights = model.openWeights ?? facts?.openWeights ?? false;
  const maxInputTokens = model.maxInput ?? facts?.limits.input ?? null;
  return {
    id: `${provider}/${model.id}`,
    provider,
    model: model.id,
    family,
    name: facts?.name ?? model.id,
    dialect: isDialectGiven ? dialect : (own?.dialect ?? dialect),
    ...(operations.length === 1 && operations[0] === "chat" ? {} : { operations }),
    openWeights,
    ...termsOf(options, openWeights),
    contextTokens: model.context ?? facts?.limits.context ?? null,
    ...(maxInputTokens === null ? {} : { maxInputTokens }),
    maxOutputTokens: model.maxOutput ?? facts?.limits.output ?? null,
    capabilities: sortedOnce(model.capabilities ?? facts?.capabilities ?? ASSUMED_CAPABILITIES).filter(
      (capability) => model.capabilities !== undefined || !lacks.includes(capability),
    ),
    inputs: sortedOnce(model.inputs ?? facts?.inputs ?? assumedInputs(operations)),
    price: priceOf(provider, model, own),
    quality: model.quality === undefined ? knownQuality(known, provider, family) : declaredQuality(model.quality),
    released: facts?.released ?? null,
    deprecated: own?.deprecated ?? false,
  };
}

function priceOf(provider: string, { id, price }: ModelConfig, own: ModelFacts | undefined): Price | null {
  if (price !== undefined) return configuredPrice(provider, id, price);
  return own === undefined || own.price === null
    ? null
    : withSearches(provider, id, withServices(provider, id, own.price));
}

/** The terms from the config's model, else from its provider, else from the provider's documentation. */
function termsOf(
  { provider, terms = {}, isOwnAddress = false, model }: Parameters<typeof buildEndpoint>[0],
  openWeights: boolean,
): Pick<Endpoint, "region" | "retention" | "training"> {
  const documented = isOwnAddress ? documentedTerms(provider, { openWeights }) : null;
  const retention = model.retention ?? terms.retention ?? documented?.retention;
  const training = model.training ?? terms.training ?? documented?.training;
  return {
    region: model.region ?? terms.region ?? null,
    ...(retention === undefined ? {} : { retention }),
    ...(training === undefined ? {} : { training }),
  };
}

function knownQuality(known: KnownModels, provider: string, family: string): Endpoint["quality"] {
  return provider === SIMULATOR_PROVIDER ? simulatedQuality(family) : (known.quality.families[family] ?? {});
}

/** Clouds and resellers, whose limits are their own; those of a maker or an inference host are closer to the model's. */
const INTERMEDIARIES = new Set(["azure", "bedrock", "openrouter"]);

/** What is known of a family at the first host by name, intermediaries last. */
function modelOfFamily(known: KnownModels, family: string): ModelFacts | undefined {
  const hosts = [...known.providers.values()].flatMap(({ provider, models }) =>
    models.filter((model) => model.family === family).map((model) => ({ provider, model })),
  );
  return (hosts.find(({ provider }) => !INTERMEDIARIES.has(provider)) ?? hosts[0])?.model;
}

/** A price of the config's, with what the provider takes for searches beside it. */
export function configuredPrice(provider: string, model: string, price: PriceConfig): Price {
  const tiers = price.tiers.toSorted((a, b) => a.aboveInputTokens - b.aboveInputTokens);
  const all = [priceTier(price, 0), ...tiers.map((tier) => priceTier(tier, tier.aboveInputTokens))];
  return withSearches(provider, model, all);
}

function priceTier(usd: Omit<PriceConfig, "tiers">, aboveInputTokens: number): PriceTier {
  return {
    aboveInputTokens,
    input: microUsd(usd.inputUsdPerMillion),
    output: microUsd(usd.outputUsdPerMillion),
    cacheRead: usd.cacheReadUsdPerMillion === undefined ? null : microUsd(usd.cacheReadUsdPerMillion),
    cacheWrite: usd.cacheWriteUsdPerMillion === undefined ? null : microUsd(usd.cacheWriteUsdPerMillion),
    ...(usd.cacheWriteHourUsdPerMillion === undefined
      ? {}
      : { cacheWriteHour: microUsd(usd.cacheWriteHourUsdPerMillion) }),
  };
}

function sortedOnce<T extends string>(values: readonly T[]): T[] {
  return [...new Set(values)].toSorted();
}
