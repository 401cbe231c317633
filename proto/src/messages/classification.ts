import { z } from "zod";
import { Count, Digest, Micro } from "../ids.ts";
import { RequestFacts, RequestRoute } from "./request-facts.ts";

export const TASKS = [
  "chat",
  "code",
  "math",
  "reasoning",
  "extraction",
  "summarisation",
  "translation",
  "creative",
  "agentic",
  "vision",
] as const;
export type Task = (typeof TASKS)[number];

/** What a request may need an endpoint to be able to do. */
export const CAPABILITIES = [
  "tools",
  "parallel-tools",
  "json-object",
  "json-schema",
  "reasoning",
  "logprobs",
  "seed",
] as const;
export type Capability = (typeof CAPABILITIES)[number];

/** What a request may need an endpoint to be able to read. */
export const MODALITIES = ["text", "image", "audio", "file"] as const;
export type Modality = (typeof MODALITIES)[number];

/** What the classifier found: a pure function of the facts, the text view and the classifier document. */
export const Classification = z.strictObject({
  task: z.enum(TASKS),
  difficulty: Micro,
  /** LIGHT below 333,333, STANDARD below 666,667, HEAVY from there. */
  tier: z.enum(["LIGHT", "STANDARD", "HEAVY"]),
  /** ISO 639-1, or `und` when it cannot be told. */
  language: z.string().regex(/^([a-z]{2,3})$/),
  /** Sorted. */
  capabilities: z.array(z.enum(CAPABILITIES)),
  /** Sorted. */
  modalities: z.array(z.enum(MODALITIES)),
  /** Estimated prompt tokens, with text, tool definitions, message overhead and images. */
  inputTokens: Count,
  /** The summands of the difficulty, strongest first, for an operator who asks why. */
  signals: z.array(z.strictObject({ name: z.string().max(48), points: z.int() })).max(12),
  /** The classifier document that this was computed by. */
  classifier: Digest,
});
export type Classification = z.infer<typeof Classification>;

/** `request.lookup`: classifier → cache. */
export const LookupItem = z.strictObject({
  facts: RequestFacts,
  route: RequestRoute,
  classification: Classification,
  timing: z.strictObject({ classifyUs: Count }),
});
export type LookupItem = z.infer<typeof LookupItem>;
