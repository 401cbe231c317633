import { hash, type KeyObject } from "node:crypto";
import { decodeBase64, encodeBase64 } from "./base64.ts";
import { ED25519_PUBLIC_KEY_BYTES, publicKeyFromRaw, rawPublicKey } from "./ed25519.ts";

/** C2SP signed-note's type byte of Ed25519. */
const ED25519_TYPE = 0x01;

/** A key that signs notes, as a verifier knows it. */
export type NoteVerifier = { readonly name: string; readonly keyId: Uint8Array; readonly publicKey: KeyObject };

export type ParsedVkey =
  | { readonly ok: true; readonly verifier: NoteVerifier }
  | { readonly ok: false; readonly reason: "malformed" | "unsupported-key-type" | "wrong-key-id" };

/** A name is not empty and holds neither Unicode space nor a plus sign. */
export function isNoteName(name: string): boolean {
  return /^[^\p{White_Space}+]+$/u.test(name) && name.isWellFormed();
}

/** The 4 bytes that name an Ed25519 key in a signature line: the start of `SHA-256(name || 0x0A || 0x01 || key)`. */
export function noteKeyId(name: string, rawKey: Uint8Array): Buffer {
  const bytes = Buffer.concat([Buffer.from(`${name}\n`), Buffer.from([ED25519_TYPE]), rawKey]);
  return hash("sha256", bytes, "buffer").subarray(0, 4);
}

/** The verifier key in C2SP form: `<name>+<hex key id>+<base64(type || key)>`. Throws a TypeError for an impossible name. */
export function formatVkey(name: string, key: KeyObject): string {
  if (!isNoteName(name)) throw new TypeError("not a note key's name");
  const raw = rawPublicKey(key);
  const typed = Buffer.concat([Buffer.from([ED25519_TYPE]), raw]);
  return `${name}+${noteKeyId(name, raw).toString("hex")}+${encodeBase64(typed)}`;
}

/** Reads a verifier key and checks that its id is the key's. */
export function parseVkey(vkey: string): ParsedVkey {
  const match = /^([^\p{White_Space}+]+)\+([0-9a-f]{8})\+([A-Za-z0-9+/]+={0,2})$/u.exec(vkey);
  const typed = decodeBase64(match?.[3] ?? "");
  if (match === null || typed === null || !vkey.isWellFormed()) return { ok: false, reason: "malformed" };
  if (typed[0] !== ED25519_TYPE) return { ok: false, reason: "unsupported-key-type" };
  const raw = typed.subarray(1);
  if (raw.length !== ED25519_PUBLIC_KEY_BYTES) return { ok: false, reason: "malformed" };
  const name = match[1] as string;
  const keyId = noteKeyId(name, raw);
  if (keyId.toString("hex") !== match[2]) return { ok: false, reason: "wrong-key-id" };
  return { ok: true, verifier: { name, keyId, publicKey: publicKeyFromRaw(raw) } };
}
