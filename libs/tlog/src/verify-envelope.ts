import { verify, type KeyObject } from "node:crypto";
import { BatchCache } from "./batch-cache.ts";
import { parseEnvelope, preAuthEncoding, preAuthHead, type Envelope } from "./dsse.ts";
import { ED25519_SIGNATURE_BYTES } from "./ed25519.ts";
import { leafHashOfParts } from "./merkle-tree.ts";
import { BATCH_ROOT_TYPE, batchRootMessage } from "./sign-events.ts";

type VerifiedEnvelope =
  | { readonly ok: true; readonly payloadType: string; readonly payload: Uint8Array; readonly keyId: string }
  | { readonly ok: false; readonly reason: "malformed" | "unknown-key" | "bad-signature" };

/**
 * Checks an envelope's form and signature. The payload that it returns is what was signed: read that, and nothing else.
 * `keys` are the public keys by key id; which of them may sign which type is the caller's to check.
 */
export function verifyEnvelope(
  bytes: Uint8Array,
  keys: ReadonlyMap<string, KeyObject>,
  batches: BatchCache = new BatchCache(),
): VerifiedEnvelope {
  const envelope = parseEnvelope(bytes);
  // A batch root is signed with the same keys; it must never pass for an event.
  if (envelope === null || envelope.payloadType === BATCH_ROOT_TYPE) return { ok: false, reason: "malformed" };
  const fault = envelopeFault(envelope, keys, batches);
  if (fault !== null) return { ok: false, reason: fault };
  const { payloadType, payload, signature } = envelope;
  return { ok: true, payloadType, payload, keyId: signature.keyId };
}

/** What is wrong with the signature of an envelope that has been parsed; null when it holds. */
export function envelopeFault(
  envelope: Envelope,
  keys: ReadonlyMap<string, KeyObject>,
  batches: BatchCache,
): "unknown-key" | "bad-signature" | null {
  const key = keys.get(envelope.signature.keyId);
  if (key === undefined) return "unknown-key";
  return signatureHolds(envelope, key, batches) ? null : "bad-signature";
}

function signatureHolds(envelope: Envelope, key: KeyObject, batches: BatchCache): boolean {
  const { signature, payloadType, payload } = envelope;
  if (signature.sig.length !== ED25519_SIGNATURE_BYTES) return false;
  if (signature.scheme === "ed25519") {
    return verify(null, preAuthEncoding(payloadType, payload), key, signature.sig);
  }
  const { keyId, sig, batch } = signature;
  const leafHash = leafHashOfParts(preAuthHead(payloadType, payload), payload);
  return batches.check({ keyId, sig, leafHash, batch }, (root) => {
    return verify(null, batchRootMessage(batch.size, root), key, sig);
  });
}
