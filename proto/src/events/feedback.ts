import { z } from "zod";
import { KeyedDigest, Micro, Uuid } from "../ids.ts";
import { eventHead } from "./event.ts";

/**
 * `event.feedback`, made by ingress: what somebody found of the answer to a decision. There may be several of one; the
 * last one counts.
 */
export const FeedbackEvent = z.strictObject({
  schema: z.literal("signalbox.event.feedback.v1"),
  ...eventHead,
  decisionId: Uuid,
  /** Who gave it: a virtual key, or the digest of a token's subject. */
  keyId: z.string().max(128),
  /** From 0, of no use, to a million. */
  score: Micro.nullable(),
  good: z.boolean().nullable(),
  /** Of the words that were said with it, which are kept nowhere; under the key of the giver's tenant. */
  comment: KeyedDigest.nullable(),
});
export type FeedbackEvent = z.infer<typeof FeedbackEvent>;
