import { createPublicKey, hash, verify, type KeyObject } from "node:crypto";

/** The curves that C2SP signed-note allows: P-256, which it recommends, P-384 and P-521. */
const CURVES: ReadonlySet<string | undefined> = new Set(["prime256v1", "secp384r1", "secp521r1"]);
/** An SPKI of P-521 has 158 bytes. */
const SPKI_MAX_BYTES = 256;

/** A public key from its SPKI in DER; null when it is none of the curves that sign notes. */
export function ecdsaKeyFromSpki(spki: Uint8Array): KeyObject | null {
  if (spki.length > SPKI_MAX_BYTES) return null;
  try {
    const key = createPublicKey({ key: Buffer.from(spki), format: "der", type: "spki" });
    const isOfNotes = key.asymmetricKeyType === "ec" && CURVES.has(key.asymmetricKeyDetails?.namedCurve);
    return isOfNotes ? key : null;
  } catch {
    return null;
  }
}

/** The 4 bytes that name such a key in a signature line: the start of SHA-256 of its SPKI, whatever its name is. */
export function ecdsaKeyId(spki: Uint8Array): Buffer {
  return hash("sha256", spki, "buffer").subarray(0, 4);
}

/**
 * C2SP signed-note's type 0x02, which refers to the code of transparency-dev's witness: over the SHA-256 of the text,
 * whichever the curve, as a DER sequence of two integers.
 */
export function ecdsaHolds(text: string, signature: Uint8Array, publicKey: KeyObject): boolean {
  return verify("sha256", Buffer.from(text), { key: publicKey, dsaEncoding: "der" }, signature);
}
