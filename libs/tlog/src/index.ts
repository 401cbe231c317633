export { canonicalize, type CanonicalOptions } from "./canonical-json.ts";
export { sha256Digest } from "./digest.ts";
export { decodeBase64, encodeBase64 } from "./base64.ts";
export { ED25519_SEED_BYTES, privateKeyFromSeed, producerKeyId, publicKeyFromRaw, rawPublicKey } from "./ed25519.ts";
export {
  ENVELOPE_MAX_BYTES,
  parseEnvelope,
  preAuthEncoding,
  renderEnvelope,
  type BatchPosition,
  type Envelope,
  type EnvelopeSignature,
  type SignedPayload,
} from "./dsse.ts";
export { BATCH_MAX, BATCH_ROOT_TYPE, batchRootMessage, signEvents, type Signer } from "./sign-events.ts";
export { BatchCache, verifyEnvelope, type VerifiedEnvelope } from "./verify-envelope.ts";
export { EMPTY_ROOT, HASH_BYTES, leafHash, nodeHash, treeRoot } from "./merkle-tree.ts";
export { Frontier } from "./frontier.ts";
export {
  inclusionProof,
  inclusionProofs,
  rootFromInclusion,
  verifyInclusion,
  type InclusionClaim,
} from "./inclusion-proof.ts";
export { consistencyProof, verifyConsistency, type ConsistencyClaim } from "./consistency-proof.ts";
export { formatVkey, isNoteName, noteKeyId, parseVkey, type NoteVerifier, type ParsedVkey } from "./note-key.ts";
export {
  parseNote,
  signNote,
  verifyNote,
  type NoteSignature,
  type NoteSigner,
  type ParsedNote,
  type VerifiedNote,
} from "./signed-note.ts";
export {
  formatCheckpoint,
  openCheckpoint,
  parseCheckpoint,
  signCheckpoint,
  type Checkpoint,
  type OpenedCheckpoint,
  type ParsedCheckpoint,
} from "./checkpoint.ts";
