import { z } from "zod";
import { WIRES } from "../dialects.ts";
import { Count, EndpointId, Micro } from "../ids.ts";
import { CAPABILITIES, MODALITIES, TASKS } from "../messages/classification.ts";
import { OPERATIONS } from "../operation.ts";
import { SERVICE_TIERS } from "../service-tier.ts";

/** The token prices of one service tier, in integer micro-USD per million tokens; each field means what it does in `PriceTier`. */
export const ServicePrice = z.strictObject({
  input: Count,
  output: Count,
  cacheRead: Count.nullable(),
  cacheWrite: Count.nullable(),
  cacheWriteHour: Count.optional(),
  audioInput: Count.optional(),
});
export type ServicePrice = z.infer<typeof ServicePrice>;

/**
 * Integer micro-USD per million tokens, so `tokens × price` is exact in pico-USD.
 * The tier with the largest `aboveInputTokens` that the prompt exceeds holds for the whole request.
 */
export const PriceTier = z.strictObject({
  aboveInputTokens: Count,
  input: Count,
  output: Count,
  /** Tokens read from and written to the provider's prompt cache. null: it names no such price, and they cost `input`. */
  cacheRead: Count.nullable(),
  cacheWrite: Count.nullable(),
  /** Tokens written to a cache that keeps them for an hour. Absent: they cost `cacheWrite`. */
  cacheWriteHour: Count.optional(),
  /** Audio tokens of the prompt. Absent: their price is unknown. */
  audioInput: Count.optional(),
  /** Where an answer with thinking costs more: the price of output without thinking; `output` is the one with it. */
  outputPlain: Count.optional(),
  /** Prices of the service tiers beside the usual one. For a tier that is absent, `servicePriceOf` says what stands in. */
  services: z.partialRecord(z.enum(SERVICE_TIERS), ServicePrice).optional(),
  /** The factor on the whole cost, in millionths, of a request that asks to be served in the United States alone. Absent: 1. */
  usOnlyMicro: Count.optional(),
  /** Micro-USD for one web search that the provider makes for an answer. Absent: unknown. */
  webSearch: Count.optional(),
  /** `webSearch` is charged once for an answer, however many searches it took. */
  webSearchOnce: z.literal(true).optional(),
  /** The model searches for every answer, whether or not the provider's usage reports it. */
  webSearchAlways: z.literal(true).optional(),
  /** `webSearch` is the highest of several prices; no usage report tells which of them was charged. */
  webSearchAtMost: z.literal(true).optional(),
});
export type PriceTier = z.infer<typeof PriceTier>;

/** Tiers ascend; the first starts at 0. */
export const Price = z.array(PriceTier).min(1).max(8);
export type Price = z.infer<typeof Price>;

/** A quality figure with its source. An endpoint without one has unknown quality; the catalogue never invents a figure. */
export const Quality = z.strictObject({
  value: Micro,
  source: z.enum(["measured", "declared"]),
  /** Where a measured figure comes from. */
  reference: z.string().max(256).nullable(),
});
export type Quality = z.infer<typeof Quality>;

/** A model at a provider. */
export const Endpoint = z.strictObject({
  /** `provider/model`. */
  id: EndpointId,
  provider: z.string().max(64),
  /** The model's name at the provider, sent upstream. */
  model: z.string().max(256),
  /** One name for the same model at all its hosts, e.g. `deepseek-v3.2`; fallbacks of a pinned model share it. */
  family: z.string().max(256),
  name: z.string().max(256),
  dialect: z.enum(WIRES),
  /** What the model can be asked to do, sorted; absent: chat alone. */
  operations: z.array(z.enum(OPERATIONS)).min(1).optional(),
  region: z.string().max(64).nullable(),
  openWeights: z.boolean(),
  /** How long the provider keeps what is sent to it; absent while unknown. */
  retention: z.enum(["zero", "limited"]).optional(),
  /** Whether the provider may train models on what is sent to it without a separate consent; absent while unknown. */
  training: z.enum(["never", "may"]).optional(),
  /** Tokens of prompt and answer together; null when unknown. */
  contextTokens: Count.nullable(),
  /** Tokens of the prompt alone; absent where no bound beside `contextTokens` is known. */
  maxInputTokens: Count.optional(),
  maxOutputTokens: Count.nullable(),
  /** Sorted. */
  capabilities: z.array(z.enum(CAPABILITIES)),
  inputs: z.array(z.enum(MODALITIES)),
  /** null: unpriced. */
  price: Price.nullable(),
  /** `default` and by task; absent means unknown. */
  quality: z.partialRecord(z.enum([...TASKS, "default"]), Quality),
  released: z.string().max(10).nullable(),
  deprecated: z.boolean(),
});
export type Endpoint = z.infer<typeof Endpoint>;

/** The catalogue document: the endpoints that decisions choose among, sorted by id, content-addressed by its canonical form. */
export const Catalogue = z.strictObject({
  schema: z.literal("signalbox.catalogue.v1"),
  /** The date of the price list. */
  date: z.string().max(10),
  endpoints: z.array(Endpoint).max(10_000),
});
export type Catalogue = z.infer<typeof Catalogue>;
