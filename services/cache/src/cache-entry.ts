import { Count, EndpointId, TenantId, Usage, Uuid } from "@signalbox/proto";
import { z } from "zod";

/** A cached answer without its body. */
export const CacheEntry = z.strictObject({
  entryId: Uuid,
  tenant: TenantId,
  key: z.string().regex(/^[0-9a-f]{64}$/),
  /** The endpoint that gave the answer. */
  endpoint: EndpointId,
  /** The dialect that the body is written in. */
  dialect: z.string().min(1).max(64),
  /** The tokens that the answer took when it was made. */
  usage: Usage,
  /** Of the body, in bytes. */
  size: Count,
  createdAtMs: Count,
  expiresAtMs: Count,
});
export type CacheEntry = z.infer<typeof CacheEntry>;
