import { z } from "zod";
import { Count, KeyedDigest, TenantId, Uuid } from "../ids.ts";
import { systemEventHead } from "./event.ts";

/**
 * `event.erasure`, made by ingress: content that was retained is gone, and plain labels with it. It is recorded before
 * the erasure holds, and an erasure that cannot be recorded does not happen. Leaves and their proofs are what they
 * were: they hold no content.
 */
export const ErasureEvent = z.strictObject({
  schema: z.literal("signalbox.event.erasure.v1"),
  ...systemEventHead,
  /** Whose content it was. */
  of: TenantId,
  /**
   * The virtual key that asked for it, or a token's digest and user; `lifetime` when it had been kept for as long as it
   * may be.
   */
  by: z.string().min(1).max(128),
  scope: z.discriminatedUnion("kind", [
    z.strictObject({ kind: z.literal("request"), requestId: Uuid }),
    /** All of the tenant's, and the key that it was encrypted with: copies of it elsewhere cannot be read any more. */
    z.strictObject({ kind: z.literal("tenant") }),
    /** What was kept before this time, and no earlier than from the other. */
    z.strictObject({ kind: z.literal("age"), fromMs: Count.optional(), beforeMs: Count }),
    /** All of the requests that named this end user, by the digest that their leaves have of the name. */
    z.strictObject({ kind: z.literal("user"), user: KeyedDigest }),
  ]),
  /** Requests whose content is gone. */
  erased: Count,
  /** What is gone with it: answers that the cache held, and rows of responses that were kept for their callers. */
  cachedAnswers: Count.optional(),
  storedResponses: Count.optional(),
  /** Requests whose plain `user`, `metadata` and tags are gone; their digests stay in the leaves. */
  labels: Count.optional(),
});
export type ErasureEvent = z.infer<typeof ErasureEvent>;
