import { z } from "zod";
import { KeyedDigest, Micro, Uuid } from "../ids.ts";
import { eventHead } from "./event.ts";

/**
 * `event.feedback`, made by ingress: somebody's rating of the answer to a decision. A decision may have several; the last
 * one counts.
 */
export const FeedbackEvent = z.strictObject({
  schema: z.literal("signalbox.event.feedback.v1"),
  ...eventHead,
  decisionId: Uuid,
  /** Who gave it: a virtual key, or the digest of a token's subject. */
  keyId: z.string().max(128),
  /** From 0, useless, to 1,000,000, perfect. */
  score: Micro.nullable(),
  good: z.boolean().nullable(),
  /** The digest of a comment, under the key of the giver's tenant; its words are kept nowhere. */
  comment: KeyedDigest.nullable(),
});
export type FeedbackEvent = z.infer<typeof FeedbackEvent>;
