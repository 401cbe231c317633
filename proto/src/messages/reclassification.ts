import { z } from "zod";
import { Digest } from "../ids.ts";
import { Classification } from "./classification.ts";
import { RequestFacts } from "./request-facts.ts";

/** Requests that are classified again in one message. */
export const RECLASSIFY_MAX = 32;

/**
 * Why a request is not classified again. not-retained: nothing is kept of its content, or not any more. unreadable: what
 * is kept cannot be read as a request. not-reproduced: the classifier of that time finds something else in what is kept
 * than it found then, so the two are not the same. no-classifier: the rules are not here, or are for other code.
 * unavailable: nobody who can read the content answered.
 */
export const NOT_RECLASSIFIED = [
  "not-retained",
  "unreadable",
  "not-reproduced",
  "no-classifier",
  "unavailable",
] as const;
export type NotReclassified = (typeof NOT_RECLASSIFIED)[number];

/** On RECLASSIFY_SUBJECT, audit-ledger → ingress: recorded requests, and the rules to classify them by. */
export const ReclassifyOrder = z.strictObject({
  classifier: Digest,
  requests: z
    .array(z.strictObject({ facts: RequestFacts, recorded: Classification }))
    .min(1)
    .max(RECLASSIFY_MAX),
});
export type ReclassifyOrder = z.infer<typeof ReclassifyOrder>;

/** What came of each, in their order. No text is in it. */
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
