import { z } from "zod";
import { Count, KeyedDigest, TenantId, Uuid } from "../ids.ts";
import { systemEventHead } from "./event.ts";

/**
 * `event.erasure`, made by ingress: retained content was erased, and plain labels with it. It is recorded before the
 * erasure commits, and an erasure that cannot be recorded does not happen. Leaves hold no content, so proofs stay valid.
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
    /** All of the tenant's, and the key that encrypts it, so that copies elsewhere become unreadable. */
    z.strictObject({ kind: z.literal("tenant") }),
    /** What was kept in [fromMs, beforeMs). */
    z.strictObject({ kind: z.literal("age"), fromMs: Count.optional(), beforeMs: Count }),
    /** All requests that named this end user; `user` is the digest of the name in their leaves. */
    z.strictObject({ kind: z.literal("user"), user: KeyedDigest }),
  ]),
  /** Requests whose content is gone. */
  erased: Count,
  /** Erased with it: cached answers, and stored responses. */
  cachedAnswers: Count.optional(),
  storedResponses: Count.optional(),
  /** Requests whose plain `user`, `metadata` and tags are gone; their digests stay in the leaves. */
  labels: Count.optional(),
});
export type ErasureEvent = z.infer<typeof ErasureEvent>;
