import { createPrivateKey, createPublicKey, hash, type KeyObject } from "node:crypto";

const ED25519_SEED_BYTES = 32;
export const ED25519_PUBLIC_KEY_BYTES = 32;
export const ED25519_SIGNATURE_BYTES = 64;

/** The fixed ASN.1 heads of RFC 8410 before the 32 bytes of a seed (PKCS #8) and of a public key (SPKI). */
const PKCS8_HEAD = Buffer.from("302e020100300506032b657004220420", "hex");
const SPKI_HEAD = Buffer.from("302a300506032b6570032100", "hex");

/** A private key from its 32-byte seed. Throws a RangeError for another length. */
export function privateKeyFromSeed(seed: Uint8Array): KeyObject {
  if (seed.length !== ED25519_SEED_BYTES) throw new RangeError("an Ed25519 seed is 32 bytes");
  return createPrivateKey({ key: Buffer.concat([PKCS8_HEAD, seed]), format: "der", type: "pkcs8" });
}

/** A public key from its 32 raw bytes. Throws a RangeError for another length. */
export function publicKeyFromRaw(raw: Uint8Array): KeyObject {
  if (raw.length !== ED25519_PUBLIC_KEY_BYTES) throw new RangeError("an Ed25519 public key is 32 bytes");
  return createPublicKey({ key: Buffer.concat([SPKI_HEAD, raw]), format: "der", type: "spki" });
}

/** The 32 raw bytes of a public key, or of a private key's public half. */
export function rawPublicKey(key: KeyObject): Buffer {
  const publicKey = key.type === "private" ? createPublicKey(key) : key;
  if (publicKey.asymmetricKeyType !== "ed25519") throw new TypeError("not an Ed25519 key");
  return publicKey.export({ format: "der", type: "spki" }).subarray(SPKI_HEAD.length);
}

/** The `keyid` of a producer's envelopes: hex of the first 16 bytes of SHA-256 over the raw public key. */
export function producerKeyId(key: KeyObject): string {
  return hash("sha256", rawPublicKey(key), "hex").slice(0, 32);
}
