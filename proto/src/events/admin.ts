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
  /** `read` is said of content alone, before it is given out. */
  change: z.enum(["created", "changed", "revoked", "activated", "read"]),
  /** Of what was changed: a key's id, a policy's version. Of content: the request's id. */
  id: z.string().min(1).max(256),
  /** Whose it is; null when it is everyone's. */
  of: TenantId.nullable(),
  /** A key's id, or who an operator's tool says that it is used by. */
  by: z.string().min(1).max(128),
  /** SHA-256 of the canonical JSON (RFC 8785) of its state before and after; null where there is none. No secret is in it. */
  before: Digest.nullable(),
  after: Digest.nullable(),
  /** Of a policy's activation: the version that was in force before; null where that was the configuration alone. */
  base: Digest.nullish(),
});
export type AdminEvent = z.infer<typeof AdminEvent>;
