import { verify, type KeyObject } from "node:crypto";
import { parseCheckpoint } from "./checkpoint-body.ts";
import { TIMESTAMP_MAX } from "./cosignature.ts";

const SIGNATURE_BYTES = 2_420;
const TIMESTAMP_BYTES = 8;

const LABEL = Buffer.from("subtree/v1\n\u0000");
/** A name or an origin stands behind its length in one byte. */
const NAME_MAX_BYTES = 255;

/**
 * The time of an ML-DSA-44 cosignature (C2SP tlog-cosignature) over this checkpoint's body, in POSIX seconds, rounded
 * above 2^53; null when it does not hold. The body's extension lines are no part of what it covers. 0 says nothing of a
 * time.
 */
export function mlDsaSignedAt(
  body: string,
  signature: Uint8Array,
  signer: { readonly name: string; readonly publicKey: KeyObject },
): number | null {
  if (signature.length !== TIMESTAMP_BYTES + SIGNATURE_BYTES) return null;
  const timestamp = Buffer.from(signature.subarray(0, TIMESTAMP_BYTES));
  const seconds = timestamp.readBigUInt64BE();
  const message = signedMessage(body, signer.name, timestamp);
  if (message === null || seconds > TIMESTAMP_MAX) return null;
  return verify(null, message, signer.publicKey, signature.subarray(TIMESTAMP_BYTES)) ? Number(seconds) : null;
}

/** The standard's `cosigned_message` for a whole tree. */
function signedMessage(body: string, name: string, timestamp: Buffer): Buffer | null {
  const parsed = parseCheckpoint(body);
  if (!parsed.ok) return null;
  const { origin, size, root } = parsed.checkpoint;
  const [cosigner, log] = [Buffer.from(name), Buffer.from(origin)];
  if (cosigner.length > NAME_MAX_BYTES || log.length > NAME_MAX_BYTES) return null;
  const range = Buffer.alloc(16);
  range.writeBigUInt64BE(BigInt(size), 8);
  return Buffer.concat([
    LABEL,
    Buffer.of(cosigner.length),
    cosigner,
    timestamp,
    Buffer.of(log.length),
    log,
    range,
    root,
  ]);
}
