import { z } from "zod";
import { Count, EndpointId, PicoUsd, Uuid } from "../ids.ts";
import { GuardOutcome } from "../messages/guard-facts.ts";
import { TranslationLoss } from "../messages/translation-loss.ts";
import { SERVICE_TIERS } from "../service-tier.ts";
import { eventHead } from "./event.ts";

/** Tokens of an answer. Cached and cache-write tokens are part of `inputTokens`, reasoning tokens part of `outputTokens`. */
export const Usage = z.strictObject({
  inputTokens: Count,
  cachedInputTokens: Count,
  cacheWriteTokens: Count,
  outputTokens: Count,
  reasoningTokens: Count,
  /** Of `cacheWriteTokens`: those that are to be kept for an hour, which costs more. Absent: none. */
  cacheWriteHourTokens: Count.optional(),
  /** Of `inputTokens` and `outputTokens`: those of other modalities than text, where the provider counts them apart. */
  audioInputTokens: Count.optional(),
  imageInputTokens: Count.optional(),
  audioOutputTokens: Count.optional(),
  imageOutputTokens: Count.optional(),
  /** What the provider bills, where it reports that apart from what its model read and wrote. */
  billedInputTokens: Count.optional(),
  billedOutputTokens: Count.optional(),
  /** The service tier that the provider reports; other: one that is not known here. Absent: the usual one. */
  serviceTier: z.enum([...SERVICE_TIERS, "other"]).optional(),
  /** Computed in the United States alone, which costs more. */
  usOnly: z.literal(true).optional(),
  /** Searches of the web that the provider made for the answer and bills apart. */
  webSearches: Count.optional(),
  /** Other tools of the provider's own that it bills apart were used. */
  serverTools: z.literal(true).optional(),
  /** Another model worked on the answer, at a price of its own; none of the figures here counts that. */
  otherModel: z.literal(true).optional(),
  /** The total that the provider reports as its charge. */
  chargedPicoUsd: PicoUsd.optional(),
  /** The provider's report held an invalid count: negative, no whole number, or out of range. */
  malformed: z.literal(true).optional(),
  /** reported by the provider; estimated by us from the text; none: nothing was generated. */
  source: z.enum(["reported", "estimated", "none"]),
});
export type Usage = z.infer<typeof Usage>;

export const NO_USAGE: Usage = {
  inputTokens: 0,
  cachedInputTokens: 0,
  cacheWriteTokens: 0,
  outputTokens: 0,
  reasoningTokens: 0,
  source: "none",
};

/** More losses than this are counted and not named, so that an outcome stays within a leaf. */
export const RECORDED_LOSSES_MAX = 16;

/**
 * Why an attempt's recorded cost may differ from its provider's bill.
 * malformed-usage: the report held invalid counts, which are left out. implausible-usage: it held more tokens than any model reads or
 * writes, and is ignored. beyond-context: it held more than the model's context. service-tier: the tier's price is unknown; an upper
 * estimate of priority or the usual price stands in. other-model: another model's part is not counted. server-tools: the price of the
 * provider's own tools is unknown, or counted at the highest of several. modality: audio or image tokens are counted at another price
 * than their own. charge: the provider reports a charge that differs from its price list; the charge is recorded.
 */
export const COST_DOUBTS = [
  "malformed-usage",
  "implausible-usage",
  "beyond-context",
  "service-tier",
  "other-model",
  "server-tools",
  "modality",
  "charge",
] as const;
export type CostDoubt = (typeof COST_DOUBTS)[number];

/** One call of a provider. */
export const Attempt = z.strictObject({
  endpoint: EndpointId,
  /** completed; failed; aborted by the client's disconnect. */
  result: z.enum(["completed", "failed", "aborted"]),
  /** An error code (proto/src/errors.ts) when it failed, else null. */
  error: z.string().max(64).nullable(),
  httpStatus: Count.nullable(),
  retryAfterMs: Count.nullable(),
  /** Since the dispatcher began the request. */
  startedUs: Count,
  firstByteUs: Count.nullable(),
  totalUs: Count,
  usage: Usage,
  /** null: the endpoint has no known price, so the attempt is `unpriced`. */
  costPicoUsd: PicoUsd.nullable(),
  /** Set when the provider reports more output tokens than the request allowed; they are billed as reported. */
  overBound: z.literal(true).optional(),
  /** Absent: none. */
  costDoubts: z.array(z.enum(COST_DOUBTS)).min(1).max(COST_DOUBTS.length).optional(),
  /** What the translation into the provider's wire lost. Absent: nothing, or it was not translated. */
  translation: z.strictObject({ losses: z.array(TranslationLoss).max(RECORDED_LOSSES_MAX), total: Count }).optional(),
});
export type Attempt = z.infer<typeof Attempt>;

/** An endpoint of the plan that was not called. */
export const PassedOver = z.strictObject({
  endpoint: EndpointId,
  /** An error code (proto/src/errors.ts): why not. */
  error: z.string().max(64),
  /** What the request would have lost there, where that is the reason. */
  translation: Attempt.shape.translation,
});
export type PassedOver = z.infer<typeof PassedOver>;

export const OUTCOME_RESULTS = ["completed", "cached", "refused", "failed", "client-aborted", "abandoned"] as const;

/** `event.outcome`: how an admitted request ended. One a request, enforced by the ledger. */
export const OutcomeEvent = z.strictObject({
  schema: z.literal("signalbox.event.outcome.v1"),
  ...eventHead,
  /** The decision that was executed, or refused it; null when the request failed before one was. */
  decisionId: Uuid.nullable(),
  result: z.enum(OUTCOME_RESULTS),
  /** The error code that the caller was given, or null. */
  error: z.string().max(64).nullable(),
  /** The stage at fault, when one is. */
  stage: z.string().max(32).nullable(),
  /** The endpoint whose answer the caller got. */
  endpoint: EndpointId.nullable(),
  finishReason: z.string().max(64).nullable(),
  stream: z.boolean(),
  attempts: z.array(Attempt).max(64),
  /** Absent: no endpoint was skipped while the plan was walked. */
  passedOver: z.array(PassedOver).min(1).max(8).optional(),
  /** Of the answer that was delivered. */
  usage: Usage,
  /** The sum over attempts, as billed; null when any of them is unpriced. */
  costPicoUsd: PicoUsd.nullable(),
  /** Nothing is kept of the answer but its size. */
  answerBytes: Count,
  timing: z.strictObject({ totalUs: Count, firstByteUs: Count.nullable() }),
  /** A lost dispatcher may have sent the request to a provider before; no figure here counts what that cost. */
  lostBefore: z.literal(true).optional(),
  /** Absent when there are no guardrails, or they had nothing to do. */
  guard: GuardOutcome.optional(),
});
export type OutcomeEvent = z.infer<typeof OutcomeEvent>;
