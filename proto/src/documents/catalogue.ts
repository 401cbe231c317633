import { z } from "zod";
import { WIRES } from "../dialects.ts";
import { Count, EndpointId, Micro } from "../ids.ts";
import { CAPABILITIES, MODALITIES, TASKS } from "../messages/classification.ts";
import { OPERATIONS } from "../operation.ts";
import { SERVICE_TIERS } from "../service-tier.ts";

/** Micro-USD per million tokens of one kind of service. */
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
  /** null: the provider names no price of its own; cached tokens then cost `input`. */
  cacheRead: Count.nullable(),
  cacheWrite: Count.nullable(),
  /** What is written to be kept for an hour. Absent: it costs what any write does. */
  cacheWriteHour: Count.optional(),
  /** A token of sound in the prompt, where its price is known: it may be that of text. Absent: nobody knows. */
  audioInput: Count.optional(),
  /** Output of an answer without thinking, where thinking makes all of an answer dearer: `output` is then the dearer price. */
  outputPlain: Count.optional(),
  /** What other kinds of service cost than the usual one. Of one that is absent nobody knows: `servicePriceOf` says what stands in. */
  services: z.partialRecord(z.enum(SERVICE_TIERS), ServicePrice).optional(),
  /** What an answer is multiplied by that was to be computed in the United States alone, in millionths. Absent: nothing. */
  usOnlyMicro: Count.optional(),
  /** Micro-USD for one search of the web that the provider makes for an answer. Absent: nobody knows. */
  webSearch: Count.optional(),
  /** `webSearch` is for an answer that was searched for, however many searches it took. */
  webSearchOnce: z.literal(true).optional(),
  /** The model searches for each answer, whether or not its report says so. */
  webSearchAlways: z.literal(true).optional(),
  /** `webSearch` is the dearest of several prices among which no report tells. */
  webSearchAtMost: z.literal(true).optional(),
});
export type PriceTier = z.infer<typeof PriceTier>;

/** Tiers ascend; the first starts at 0. */
export const Price = z.array(PriceTier).min(1).max(8);
export type Price = z.infer<typeof Price>;

/** A quality figure with its source; an endpoint without one is `unknown`, never given an invented one. */
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
  /** The same for one model at all its hosts, e.g. `deepseek-v3.2`: what fallbacks of a pinned model share. */
  family: z.string().max(256),
  name: z.string().max(256),
  dialect: z.enum(WIRES),
  /** What the model can be asked to do, sorted; absent: chat alone. */
  operations: z.array(z.enum(OPERATIONS)).min(1).optional(),
  region: z.string().max(64).nullable(),
  openWeights: z.boolean(),
  /** How long the provider keeps what is sent to it; absent while unknown. */
  retention: z.enum(["zero", "limited"]).optional(),
  /** Whether models may be trained on what is sent to it, without a consent to that alone; absent while unknown. */
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
