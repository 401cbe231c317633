import { z } from "zod";
import { Digest } from "../ids.ts";
import { Classification } from "./classification.ts";
import { RequestFacts } from "./request-facts.ts";

/** The most requests in one message. */
export const RECLASSIFY_MAX = 32;

/**
 * Why a request was not classified again. not-retained: its content is not, or no longer, kept. unreadable: the content
 * cannot be read as a request. not-reproduced: the recorded classifier finds something else in the content than it recorded,
 * so it is not what was classified. no-classifier: the rules are unknown here, or for other code. unavailable: no ingress
 * answered.
 */
export const NOT_RECLASSIFIED = [
  "not-retained",
  "unreadable",
  "not-reproduced",
  "no-classifier",
  "unavailable",
] as const;
export type NotReclassified = (typeof NOT_RECLASSIFIED)[number];

/** Sent on RECLASSIFY_SUBJECT, audit-ledger → ingress: recorded requests, and the rules to classify them by. */
export const ReclassifyOrder = z.strictObject({
  classifier: Digest,
  requests: z
    .array(z.strictObject({ facts: RequestFacts, recorded: Classification }))
    .min(1)
    .max(RECLASSIFY_MAX),
});
export type ReclassifyOrder = z.infer<typeof ReclassifyOrder>;

/** The result of each request, in their order. It holds no text. */
export const ReclassifyAnswer = z.strictObject({
  results: z
    .array(
      z.union([
        z.strictObject({ classification: Classification }),
        z.strictObject({ reason: z.enum(NOT_RECLASSIFIED) }),
      ]),
    )
    .max(RECLASSIFY_MAX),
});
export type ReclassifyAnswer = z.infer<typeof ReclassifyAnswer>;
