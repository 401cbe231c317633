import { type BinaryLike, createHmac, type KeyObject } from "node:crypto";

/** What stands in records for a text of a tenant's: without the tenant's key nobody can make it, or try what it is of. */
export function tenantDigest(digestKey: KeyObject | BinaryLike, text: string): string {
  return `hmac-sha256:${createHmac("sha256", digestKey).update(text).digest("hex")}`;
}
