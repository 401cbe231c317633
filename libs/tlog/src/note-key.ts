import { hash, type KeyObject } from "node:crypto";
import { decodeBase64, encodeBase64 } from "./base64.ts";
import { ED25519_PUBLIC_KEY_BYTES, publicKeyFromRaw, rawPublicKey } from "./ed25519.ts";
import { ML_DSA_44_PUBLIC_KEY_BYTES, mlDsaKeyFromRaw } from "./ml-dsa.ts";

/**
 * How a key signs notes: `ed25519` signs the text, `cosignature` a C2SP cosignature/v1 over the text and a time, and
 * `ml-dsa-44` a checkpoint's tree and a time. Keys of the last type are read and nothing is signed with them.
 */
export type NoteKeyType = "ed25519" | "cosignature" | "ml-dsa-44";

/** C2SP signed-note's type bytes. Of the other types (ECDSA, RFC 6962 tree heads) none is spoken here. */
const TYPE_BYTES: Readonly<Record<NoteKeyType, number>> = { ed25519: 0x01, cosignature: 0x04, "ml-dsa-44": 0x06 };

/** A key that signs notes, as a verifier knows it. */
export type NoteVerifier = {
  readonly type: NoteKeyType;
  readonly name: string;
  readonly keyId: Uint8Array;
  readonly publicKey: KeyObject;
};

export type ParsedVkey =
  | { readonly ok: true; readonly verifier: NoteVerifier }
  | { readonly ok: false; readonly reason: "malformed" | "unsupported-key-type" | "wrong-key-id" };

/** A name is not empty and holds neither Unicode space nor a plus sign. */
export function isNoteName(name: string): boolean {
  return /^[^\p{White_Space}+]+$/u.test(name) && name.isWellFormed();
}

/** The 4 bytes that name a key in a signature line: the start of `SHA-256(name || 0x0A || type || key)`. */
export function noteKeyId(name: string, rawKey: Uint8Array, type: NoteKeyType = "ed25519"): Buffer {
  const bytes = Buffer.concat([Buffer.from(`${name}\n`), Buffer.from([TYPE_BYTES[type]]), rawKey]);
  return hash("sha256", bytes, "buffer").subarray(0, 4);
}

/**
 * The verifier key of an Ed25519 key in C2SP form: `<name>+<hex key id>+<base64(type || key)>`. Throws a TypeError for an
 * impossible name.
 */
export function formatVkey(name: string, key: KeyObject, type: "ed25519" | "cosignature" = "ed25519"): string {
  if (!isNoteName(name)) throw new TypeError("not a note key's name");
  const raw = rawPublicKey(key);
  const typed = Buffer.concat([Buffer.from([TYPE_BYTES[type]]), raw]);
  return `${name}+${noteKeyId(name, raw, type).toString("hex")}+${encodeBase64(typed)}`;
}

/** Reads a verifier key and checks that its id is the key's. */
export function parseVkey(vkey: string): ParsedVkey {
  const match = /^([^\p{White_Space}+]+)\+([0-9A-Fa-f]{8})\+([A-Za-z0-9+/]+={0,2})$/u.exec(vkey);
  const typed = decodeBase64(match?.[3] ?? "");
  if (match === null || typed === null || !vkey.isWellFormed()) return { ok: false, reason: "malformed" };
  const type = typeOf(typed[0]);
  if (type === null) return { ok: false, reason: "unsupported-key-type" };
  const raw = typed.subarray(1);
  const length = type === "ml-dsa-44" ? ML_DSA_44_PUBLIC_KEY_BYTES : ED25519_PUBLIC_KEY_BYTES;
  if (raw.length !== length) return { ok: false, reason: "malformed" };
  const name = match[1] as string;
  const keyId = noteKeyId(name, raw, type);
  if (keyId.toString("hex") !== match[2]?.toLowerCase()) return { ok: false, reason: "wrong-key-id" };
  const publicKey = type === "ml-dsa-44" ? mlDsaKeyFromRaw(raw) : publicKeyFromRaw(raw);
  if (publicKey === null) return { ok: false, reason: "unsupported-key-type" };
  return { ok: true, verifier: { type, name, keyId, publicKey } };
}

function typeOf(byte: number | undefined): NoteKeyType | null {
  const types = Object.keys(TYPE_BYTES) as NoteKeyType[];
  return types.find((type) => TYPE_BYTES[type] === byte) ?? null;
}
