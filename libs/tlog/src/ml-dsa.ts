import { createPublicKey, type KeyObject } from "node:crypto";

export const ML_DSA_44_PUBLIC_KEY_BYTES = 1_312;

/** The fixed ASN.1 head of RFC 9881 before the bytes of an ML-DSA-44 public key (SPKI). */
const SPKI_HEAD = Buffer.from("30820532300b06096086480165030403110382052100", "hex");

/** A public key from its raw bytes; null where this Node.js does not know ML-DSA. */
export function mlDsaKeyFromRaw(raw: Uint8Array): KeyObject | null {
  try {
    return createPublicKey({ key: Buffer.concat([SPKI_HEAD, raw]), format: "der", type: "spki" });
  } catch {
    return null;
  }
}
