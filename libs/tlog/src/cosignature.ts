import { sign, verify, type KeyObject } from "node:crypto";
import { encodeBase64 } from "./base64.ts";
import { ED25519_SIGNATURE_BYTES, rawPublicKey } from "./ed25519.ts";
import { isNoteName, noteKeyId } from "./note-key.ts";

/** C2SP tlog-cosignature: a `u64` of POSIX seconds, big-endian, stands before the Ed25519 signature. */
const TIMESTAMP_BYTES = 8;
/** The standard's limit. A `bigint`, because a witness may count nanoseconds, beyond what a number holds exactly. */
export const TIMESTAMP_MAX = 2n ** 63n - 1n;

/** Who cosigns: the name that stands in the signature line, and an Ed25519 private key that signs nothing else. */
export type Cosigner = { readonly name: string; readonly privateKey: KeyObject };

/** What a cosignature/v1 covers: its header, the time and the checkpoint's whole body, extension lines and all. */
function cosignatureMessage(body: string, timestampSeconds: number | bigint): Buffer {
  return Buffer.from(`cosignature/v1\ntime ${timestampSeconds}\n${body}`);
}

/**
 * The signature line (with its newline) by which a witness says that this checkpoint's body is the largest consistent
 * tree of the log that it has seen at that time. Throws a TypeError for an impossible name or time.
 */
export function cosign(body: string, cosigner: Cosigner, timestampSeconds: number): string {
  const { name, privateKey } = cosigner;
  if (!isNoteName(name)) throw new TypeError("not a note key's name");
  if (!Number.isSafeInteger(timestampSeconds) || timestampSeconds < 0) throw new TypeError("not a POSIX time");
  const bytes = Buffer.alloc(TIMESTAMP_BYTES);
  bytes.writeBigUInt64BE(BigInt(timestampSeconds));
  const signature = sign(null, cosignatureMessage(body, timestampSeconds), privateKey);
  const keyId = noteKeyId(name, rawPublicKey(privateKey), "cosignature");
  return `— ${name} ${encodeBase64(Buffer.concat([keyId, bytes, signature]))}\n`;
}

/**
 * The time of a cosignature that holds over this body, in POSIX seconds, rounded above 2^53; null when it does not
 * hold.
 */
export function cosignedAt(body: string, signature: Uint8Array, publicKey: KeyObject): number | null {
  if (signature.length !== TIMESTAMP_BYTES + ED25519_SIGNATURE_BYTES) return null;
  const timestamp = Buffer.from(signature.subarray(0, TIMESTAMP_BYTES)).readBigUInt64BE();
  if (timestamp > TIMESTAMP_MAX) return null;
  const holds = verify(null, cosignatureMessage(body, timestamp), publicKey, signature.subarray(TIMESTAMP_BYTES));
  return holds ? Number(timestamp) : null;
}
