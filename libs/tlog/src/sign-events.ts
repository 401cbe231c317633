import { sign, type KeyObject } from "node:crypto";
import { encodeBase64 } from "./base64.ts";
import { inclusionProofs } from "./inclusion-proof.ts";
import { leafHash, treeRoot } from "./merkle-tree.ts";
import { preAuthEncoding, renderEnvelope, type EnvelopeSignature, type SignedPayload } from "./dsse.ts";

/** The payload type under which the root of a batch is signed; no event may have it. */
export const BATCH_ROOT_TYPE = "application/vnd.signalbox.batch-root.v1";

/** The most events that one signature covers: a path has at most 16 hashes. */
export const BATCH_MAX = 65_536;

/** A producer's key: the id is what its public key is registered under. */
export type Signer = { readonly keyId: string; readonly privateKey: KeyObject };

/**
 * Signs events with one Ed25519 signature and returns the bytes of their envelopes, in order.
 *
 * One event is signed itself (scheme `ed25519`). Several are the leaves of an RFC 6962 tree, each leaf the
 * pre-authentication encoding of its event; the signature then covers `batchRootMessage` (scheme `ed25519-batch`) and
 * each envelope carries its event's path. Throws a RangeError for more than BATCH_MAX events, and a TypeError for an
 * event that claims to be a batch root.
 */
export function signEvents(events: readonly SignedPayload[], signer: Signer): Buffer[] {
  if (events.length > BATCH_MAX) throw new RangeError(`a batch holds at most ${BATCH_MAX} events`);
  const encoded = events.map((event) => {
    if (event.payloadType === BATCH_ROOT_TYPE) throw new TypeError("an event cannot be a batch root");
    return preAuthEncoding(event.payloadType, event.payload);
  });
  const [only] = encoded;
  if (only === undefined) return [];
  const { keyId } = signer;
  if (encoded.length === 1) {
    const sig = sign(null, only, signer.privateKey);
    return events.map((event) => seal(event, { scheme: "ed25519", keyId, sig }));
  }
  const leafHashes = encoded.map(leafHash);
  const paths = inclusionProofs(leafHashes);
  const size = events.length;
  const sig = sign(null, batchRootMessage(size, treeRoot(leafHashes)), signer.privateKey);
  return events.map((event, index) => {
    const batch = { index, size, path: (paths[index] as Uint8Array[]).map(encodeBase64) };
    return seal(event, { scheme: "ed25519-batch", keyId, sig, batch });
  });
}

/**
 * What the signature of a batch covers: the PAE of BATCH_ROOT_TYPE over the size (8 bytes, big-endian) and the root (32
 * bytes).
 */
export function batchRootMessage(size: number, root: Uint8Array): Buffer {
  const body = Buffer.allocUnsafe(8 + root.length);
  body.writeBigUInt64BE(BigInt(size), 0);
  body.set(root, 8);
  return preAuthEncoding(BATCH_ROOT_TYPE, body);
}

function seal(event: SignedPayload, signature: EnvelopeSignature): Buffer {
  return Buffer.from(renderEnvelope({ payloadType: event.payloadType, payload: event.payload, signature }));
}
