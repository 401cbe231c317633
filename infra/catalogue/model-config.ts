import { CAPABILITIES, MODALITIES, OPERATIONS } from "@signalbox/proto";
import { z } from "zod";
import { section } from "../config/section.ts";
import { DeclaredQuality } from "./declared-quality.ts";
import { PriceConfig } from "./price-config.ts";

/** Region and data terms. A field that is left out comes from the catalogue where the provider is called at its own address. */
export const termsFields = {
  region: z
    .string()
    .min(1)
    .max(64)
    .optional()
    .describe("Where it computes; policies can ask for it. Unknown unless given."),
  retention: z
    .enum(["zero", "limited"])
    .optional()
    .describe("How long it keeps what is sent: `zero` where a contract says so. Policies can ask for it."),
  training: z
    .enum(["never", "may"])
    .optional()
    .describe("Whether models may be trained on what is sent. Policies can ask for `never`."),
};

/** A model of a provider. What is left out comes from the built-in catalogue when the model is known there. */
export const ModelConfig = section({
  id: z.string().min(1).max(190).describe("The model's name at the provider, sent upstream."),
  price: PriceConfig.optional().describe("Without a price, known or given, answers are recorded as unpriced."),
  context: z.int().min(1).optional().describe("Tokens of prompt and answer together."),
  maxInput: z.int().min(1).optional().describe("Tokens of a prompt alone."),
  maxOutput: z.int().min(1).optional().describe("Tokens of an answer."),
  capabilities: z
    .array(z.enum(CAPABILITIES))
    .optional()
    .describe("What the model can do; a model that is not known is taken to do all but reasoning."),
  inputs: z
    .array(z.enum(MODALITIES))
    .min(1)
    .optional()
    .describe("What the model can read; text and images unless it is known."),
  operations: z
    .array(z.enum(OPERATIONS))
    .min(1)
    .optional()
    .describe("What the model can be asked to do; what its name says, and else chat, unless it is known."),
  quality: DeclaredQuality.optional().describe(
    "How good its answers are: a share (0.7), a percentage (70) or millionths (700000), or one for each task with a `default`.",
  ),
  family: z
    .string()
    .min(1)
    .max(256)
    .optional()
    .describe("The same for one model at all its hosts: fallbacks of a pinned model share it."),
  openWeights: z
    .boolean()
    .optional()
    .describe("Whether its weights are published; a model that is not known is taken for one of which they are not."),
  ...termsFields,
});
export type ModelConfig = z.infer<typeof ModelConfig>;
