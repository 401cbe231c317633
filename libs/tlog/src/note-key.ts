import { hash, type KeyObject } from "node:crypto";
import { decodeBase64, encodeBase64 } from "./base64.ts";
import { ecdsaKeyFromSpki, ecdsaKeyId } from "./ecdsa.ts";
import { ED25519_PUBLIC_KEY_BYTES, publicKeyFromRaw, rawPublicKey } from "./ed25519.ts";
import { ML_DSA_44_PUBLIC_KEY_BYTES, mlDsaKeyFromRaw } from "./ml-dsa.ts";

/**
 * How a key signs notes: `ed25519` and `ecdsa` sign the text, `cosignature` a C2SP cosignature/v1 over the text and a
 * time, and `ml-dsa-44` a checkpoint's tree and a time. Of `ecdsa` and `ml-dsa-44` keys are read and nothing is signed.
 */
export type NoteKeyType = "ed25519" | "ecdsa" | "cosignature" | "ml-dsa-44";

/** C2SP signed-note's type bytes. RFC 6962 tree heads (0x05) are not spoken here. */
const TYPE_BYTES: Readonly<Record<NoteKeyType, number>> = {
  ed25519: 0x01,
  ecdsa: 0x02,
  cosignature: 0x04,
  "ml-dsa-44": 0x06,
};

/** The length of a public key; null where it is not the same for all keys. */
const KEY_BYTES: Readonly<Record<NoteKeyType, number | null>> = {
  ed25519: ED25519_PUBLIC_KEY_BYTES,
  ecdsa: null,
  cosignature: ED25519_PUBLIC_KEY_BYTES,
  "ml-dsa-44": ML_DSA_44_PUBLIC_KEY_BYTES,
};

/** A key that signs notes, as a verifier knows it. */
export type NoteVerifier = {
  readonly type: NoteKeyType;
  readonly name: string;
  readonly keyId: Uint8Array;
  readonly publicKey: KeyObject;
};

type ParsedVkey =
  | { readonly ok: true; readonly verifier: NoteVerifier }
  | { readonly ok: false; readonly reason: "malformed" | "unsupported-key-type" | "wrong-key-id" };

/** Whether a text can name a key: it is not empty and holds neither Unicode white space nor a plus sign. */
export function isNoteName(name: string): boolean {
  return /^[^\p{White_Space}+]+$/u.test(name) && name.isWellFormed();
}

/**
 * The 4 bytes that name a key in a signature line: the start of `SHA-256(name || 0x0A || type || key)`; of an ECDSA
 * key, whose bytes are its SPKI in DER, the start of their hash alone.
 */
export function noteKeyId(name: string, rawKey: Uint8Array, type: NoteKeyType = "ed25519"): Buffer {
  if (type === "ecdsa") return ecdsaKeyId(rawKey);
  const bytes = Buffer.concat([Buffer.from(`${name}\n`), Buffer.from([TYPE_BYTES[type]]), rawKey]);
  return hash("sha256", bytes, "buffer").subarray(0, 4);
}

/**
 * The verifier key of an Ed25519 key in C2SP form: `<name>+<hex key id>+<base64(type || key)>`. Throws a TypeError for
 * an impossible name.
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
  const bytes = KEY_BYTES[type];
  if (bytes !== null && raw.length !== bytes) return { ok: false, reason: "malformed" };
  const name = match[1] as string;
  const keyId = noteKeyId(name, raw, type);
  if (keyId.toString("hex") !== match[2]?.toLowerCase()) return { ok: false, reason: "wrong-key-id" };
  const publicKey = publicKeyOf(type, raw);
  if (publicKey === null) return { ok: false, reason: "unsupported-key-type" };
  return { ok: true, verifier: { type, name, keyId, publicKey } };
}

function publicKeyOf(type: NoteKeyType, raw: Uint8Array): KeyObject | null {
  if (type === "ecdsa") return ecdsaKeyFromSpki(raw);
  return type === "ml-dsa-44" ? mlDsaKeyFromRaw(raw) : publicKeyFromRaw(raw);
}

function typeOf(byte: number | undefined): NoteKeyType | null {
  const types = Object.keys(TYPE_BYTES) as NoteKeyType[];
  return types.find((type) => TYPE_BYTES[type] === byte) ?? null;
}
