import { z } from "zod";
import { Digest, TenantId } from "../ids.ts";
import { systemEventHead } from "./event.ts";

/**
 * `event.admin`, made by the service that carried it out: who changed what of the line's own settings, and who read
 * content.
 */
export const AdminEvent = z.strictObject({
  schema: z.literal("signalbox.event.admin.v1"),
  ...systemEventHead,
  object: z.enum([
    "virtual-key",
    "team",
    "project",
    "user",
    "service-account",
    "policy",
    "catalogue",
    "prices",
    "budget",
    "config",
    "content",
  ]),
  /** `read` is for content alone, and recorded before the content is given out. */
  change: z.enum(["created", "changed", "revoked", "activated", "read"]),
  /** The object's own id, such as a key's id or a policy's version; for content the request's id. */
  id: z.string().min(1).max(256),
  /** The tenant that it belongs to; null when it is not one tenant's. */
  of: TenantId.nullable(),
  /** Who did it: a key's id, or the name that an operator's tool gives. */
  by: z.string().min(1).max(128),
  /** SHA-256 of the canonical JSON (RFC 8785) of its state before and after; null where there is none. No secret is in it. */
  before: Digest.nullable(),
  after: Digest.nullable(),
  /** Of a policy's activation: the version that was in force before; null where that was the configuration alone. */
  base: Digest.nullish(),
});
export type AdminEvent = z.infer<typeof AdminEvent>;
