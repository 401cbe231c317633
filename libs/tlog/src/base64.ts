/** Standard base64 with padding (RFC 4648 §4). */
export function encodeBase64(bytes: Uint8Array): string {
  return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString("base64");
}

/** Strict: null unless the text is exactly what `encodeBase64` gives, so that bytes have one spelling. */
export function decodeBase64(text: string): Buffer | null {
  const bytes = Buffer.from(text, "base64");
  return bytes.toString("base64") === text ? bytes : null;
}

/** Of the last digit's six bits only four count before one `=`, and only two before two; the others must be 0. */
const LAST_BEFORE_ONE = /[AEIMQUYcgkosw048]=$/;
const LAST_BEFORE_TWO = /[AQgw]==$/;

/**
 * `decodeBase64` for a long text that was read from bytes as `latin1`, at half the price, because nothing is encoded
 * again to compare. Node's decoder skips what is no digit, which shows in the length, and also takes base64url's `-`
 * and `_`, which are looked for.
 */
export function decodeLatin1Base64(text: string): Buffer | null {
  const padding = text.endsWith("==") ? 2 : text.endsWith("=") ? 1 : 0;
  if (padding > 0 && !(padding === 1 ? LAST_BEFORE_ONE : LAST_BEFORE_TWO).test(text.slice(-4))) return null;
  const bytes = Buffer.from(text, "base64");
  if (text.length % 4 !== 0 || bytes.length !== (text.length / 4) * 3 - padding) return null;
  return text.includes("-") || text.includes("_") ? null : bytes;
}

/** Four digits for three bytes, and at the end two or three digits with their padding. */
const BASE64 = /^(?:[A-Za-z0-9+/]{4})*(?:[A-Za-z0-9+/][AQgw]==|[A-Za-z0-9+/]{2}[AEIMQUYcgkosw048]=)?$/;

const HASH_BASE64 = /^[A-Za-z0-9+/]{42}[AEIMQUYcgkosw048]=$/;

/** Whether `decodeBase64` makes 32 bytes of the text. */
export function isHashBase64(text: string): boolean {
  return HASH_BASE64.test(text);
}

/** Whether `decodeBase64` takes the text. */
export function isBase64(text: string): boolean {
  return BASE64.test(text);
}
