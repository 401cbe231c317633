import { CAPABILITIES, Count, MODALITIES, OPERATIONS, Price, WIRES } from "@signalbox/proto";
import { z } from "zod";

/** One model at one provider, as the provider's published lists have it. */
export const ModelFacts = z.strictObject({
  /** The name that is sent upstream. */
  id: z.string().min(1).max(256),
  name: z.string().min(1).max(256),
  /** The same for the same weights at all hosts; see family.ts. */
  family: z.string().min(1).max(256),
  /** Only where it differs from the provider's. */
  dialect: z.enum(WIRES).optional(),
  /** Absent: chat alone. */
  operations: z.array(z.enum(OPERATIONS)).min(1).optional(),
  openWeights: z.boolean(),
  /** Tokens; null where the source names none. `input` is a bound on the prompt alone. */
  limits: z.strictObject({ context: Count.nullable(), input: Count.nullable(), output: Count.nullable() }),
  /** Sorted. */
  capabilities: z.array(z.enum(CAPABILITIES)),
  /** Sorted. */
  inputs: z.array(z.enum(MODALITIES)).min(1),
  /** Micro-USD per million tokens; null: unpriced. */
  price: Price.nullable(),
  released: z.iso.date().nullable(),
  deprecated: z.boolean(),
});
export type ModelFacts = z.infer<typeof ModelFacts>;

/** A provider and its text-generating chat models: one file under `data/`, named for the provider. */
export const ProviderFile = z.strictObject({
  provider: z.string().regex(/^[a-z0-9][a-z0-9-]{0,62}$/),
  name: z.string().min(1).max(128),
  /** What the provider speaks natively. */
  dialect: z.enum(WIRES),
  /** Where that is spoken. `${NAME}` stands for a variable of the environment. */
  baseUrl: z.string().max(512).nullable(),
  /** Where the provider documents the OpenAI chat dialect; null where it documents none. */
  openaiCompatibleBaseUrl: z.string().max(512).nullable(),
  /** What the models can do natively but not through that dialect. Sorted. */
  openaiCompatibleLacks: z.array(z.enum(CAPABILITIES)),
  /** The variables that may hold the key; the first that is set is taken. */
  apiKeyEnv: z.array(z.string().regex(/^[A-Z][A-Z0-9_]*$/)),
  /** Models answer only once the user has deployed them, so none is registered without being listed in the config. */
  deploymentsOnly: z.boolean(),
  docs: z.url().nullable(),
  /** The date of the facts. */
  date: z.iso.date(),
  /** Sorted by id. */
  models: z.array(ModelFacts),
});
export type ProviderFile = z.infer<typeof ProviderFile>;
