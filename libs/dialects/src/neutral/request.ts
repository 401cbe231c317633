import type { RequestFacts } from "@signalbox/proto";
import type { NeutralMessage } from "./message.ts";
import type { CacheMark } from "./part.ts";
import type { NeutralReasoning } from "./requested-reasoning.ts";
import type { JsonObject, Source } from "./source.ts";
import type { NeutralTool, NeutralToolChoice } from "./tool.ts";

export type NeutralResponseFormat =
  | { readonly kind: "text" }
  | { readonly kind: "json-object" }
  | {
      readonly kind: "json-schema";
      readonly name: string;
      readonly schema: JsonObject | null;
      readonly description: string | null;
      readonly strict: boolean | null;
    };

/** What steers how tokens are drawn, beside temperature and seed. Null: the request does not say. */
export type NeutralSampling = {
  /** 0 to 1. */
  readonly topP: number | null;
  readonly topK: number | null;
  readonly minP: number | null;
  /** -2 to 2. */
  readonly frequencyPenalty: number | null;
  readonly presencePenalty: number | null;
  /** Texts that end the answer where they would come; they are not part of it. */
  readonly stop: readonly string[];
  /** By token id, in the vocabulary of the model: it means nothing to another one. */
  readonly logitBias: JsonObject | null;
};

/** How the provider is to treat the request. Null: the request does not say. */
export type NeutralService = {
  readonly tier: string | null;
  /** Whether the provider may keep the answer. */
  readonly store: boolean | null;
  /** Requests with the same key share a prompt cache. */
  readonly cacheKey: string | null;
  /** A digest of the end user. */
  readonly safetyId: string | null;
};

/** A chat request in no vendor's words. What no codec knows stays in `source.body`. */
export type NeutralRequest = {
  readonly source: Source;
  readonly model: string;
  /** System text stands among them, in its place. */
  readonly messages: readonly NeutralMessage[];
  readonly tools: readonly NeutralTool[];
  /** Null when the request does not say. */
  readonly toolChoice: NeutralToolChoice | null;
  /** Whether the caller asks for parallel tool calls in so many words; null when the request does not say. */
  readonly parallelTools: boolean | null;
  readonly responseFormat: NeutralResponseFormat;
  readonly stream: boolean;
  /** Whether the caller's stream ends with its usage: asked for in some dialects, part of the format in others. */
  readonly includeUsage: boolean;
  readonly choices: number;
  /** The caller's bound on output tokens for each choice. */
  readonly maxOutputTokens: number | null;
  /** 0 to 2; some wires take less, and the number is never rescaled. */
  readonly temperature: number | null;
  readonly seed: number | null;
  readonly sampling: NeutralSampling;
  readonly logprobs: boolean;
  /** How many alternatives to each token. */
  readonly topLogprobs: number | null;
  /** As asked for, or what a budget of tokens comes to. */
  readonly reasoningEffort: RequestFacts["reasoningEffort"];
  /** Null when the request says nothing of reasoning. */
  readonly reasoning: NeutralReasoning | null;
  readonly verbosity: "low" | "medium" | "high" | null;
  readonly service: NeutralService;
  readonly user: string | null;
  readonly metadata: Readonly<Record<string, string>> | null;
  /** A mark on the request itself: the provider puts it where it serves best. */
  readonly cache?: CacheMark;
};

export const NO_SAMPLING: NeutralSampling = {
  topP: null,
  topK: null,
  minP: null,
  frequencyPenalty: null,
  presencePenalty: null,
  stop: [],
  logitBias: null,
};

export const NO_SERVICE: NeutralService = { tier: null, store: null, cacheKey: null, safetyId: null };
