import { verify, type KeyObject } from "node:crypto";
import { parseEnvelope, preAuthEncoding, type Envelope } from "./dsse.ts";
import { ED25519_SIGNATURE_BYTES } from "./ed25519.ts";
import { rootFromInclusion } from "./inclusion-proof.ts";
import { leafHash } from "./merkle-tree.ts";
import { BATCH_ROOT_TYPE, batchRootMessage } from "./sign-events.ts";

export type VerifiedEnvelope =
  | { readonly ok: true; readonly payloadType: string; readonly payload: Uint8Array; readonly keyId: string }
  | { readonly ok: false; readonly reason: "malformed" | "unknown-key" | "bad-signature" };

/** How many batches are remembered: several per producer are in flight at the most. */
const BATCHES_MAX = 4_096;

/**
 * Remembers which batch signatures hold, so that a batch of n events costs one verification. An entry is named by all
 * that the signature depends on, so it cannot be wrong; the oldest gives way.
 */
export class BatchCache {
  readonly #known = new Map<string, boolean>();

  /** What was found before under this name, else what `check` finds now. */
  check(name: string, check: () => boolean): boolean {
    const known = this.#known.get(name);
    if (known !== undefined) return known;
    const holds = check();
    if (this.#known.size >= BATCHES_MAX) this.#known.delete(this.#known.keys().next().value as string);
    this.#known.set(name, holds);
    return holds;
  }
}

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
  const { signature } = envelope;
  if (signature.sig.length !== ED25519_SIGNATURE_BYTES) return false;
  const encoded = preAuthEncoding(envelope.payloadType, envelope.payload);
  if (signature.scheme === "ed25519") return verify(null, encoded, key, signature.sig);
  const { index, size, path } = signature.batch;
  const root = rootFromInclusion({ index, size, leafHash: leafHash(encoded), proof: path });
  if (root === null) return false;
  const message = batchRootMessage(size, root);
  const name = `${signature.keyId} ${message.toString("base64")} ${Buffer.from(signature.sig).toString("base64")}`;
  return batches.check(name, () => verify(null, message, key, signature.sig));
}
