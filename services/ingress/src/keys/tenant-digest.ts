import { type BinaryLike, createHmac, type KeyObject } from "node:crypto";

/** The digest that stands in records for a tenant's text: without the tenant's key nobody can compute it or test a guess. */
export function tenantDigest(digestKey: KeyObject | BinaryLike, text: string): string {
  return `hmac-sha256:${createHmac("sha256", digestKey).update(text).digest("hex")}`;
}
