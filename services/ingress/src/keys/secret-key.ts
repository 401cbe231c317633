import { createHmac, randomBytes, type KeyObject } from "node:crypto";
import { readFileSync } from "node:fs";

const ID_BYTES = 6;
const SECRET_BYTES = 32;
const PEPPER_MIN_BYTES = 32;

/** `sk-sb-<id>-<secret>`: 12 hex digits that name the key and 43 url-safe characters that hold 256 random bits. */
const SECRET_KEY = /^sk-sb-([0-9a-f]{12})-[A-Za-z0-9_-]{43}$/;

/** A new key, or a new secret for the key of an id. `secretKey` is shown once and stored nowhere. */
export function generateSecretKey(id: string = randomBytes(ID_BYTES).toString("hex")): {
  id: string;
  secretKey: string;
} {
  return { id, secretKey: `sk-sb-${id}-${randomBytes(SECRET_BYTES).toString("base64url")}` };
}

/** The id in a secret key, or null for a text that is none. */
export function keyIdOfSecret(secretKey: string): string | null {
  return SECRET_KEY.exec(secretKey)?.[1] ?? null;
}

/**
 * What is stored of a key: HMAC-SHA256 of its whole text under the pepper, so that the table alone verifies no guess.
 * Passing the pepper as a KeyObject makes it five times cheaper.
 */
export function hashKey(secretKey: string, pepper: Uint8Array | KeyObject): Buffer {
  return createHmac("sha256", pepper).update(secretKey).digest();
}

/** Reads a pepper file: its bytes without white space at the end. Throws when there are too few. */
export function readPepper(file: string): Buffer {
  const pepper = Buffer.from(readFileSync(file, "latin1").trimEnd(), "latin1");
  if (pepper.length < PEPPER_MIN_BYTES) throw new Error(`${file}: a pepper has at least ${PEPPER_MIN_BYTES} bytes.`);
  return pepper;
}
