export { canonicalize, type CanonicalOptions } from "./canonical-json.ts";
export { sha256Digest } from "./digest.ts";
export { decodeBase64, encodeBase64 } from "./base64.ts";
export { decodeUtf8 } from "./utf8.ts";
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
export { BatchCache, type BatchClaim } from "./batch-cache.ts";
export { verifyEnvelope, type VerifiedEnvelope } from "./verify-envelope.ts";
export { EMPTY_ROOT, HASH_BYTES, leafHash, nodeHash, treeLevels, treeRoot } from "./merkle-tree.ts";
export { Frontier } from "./frontier.ts";
export {
  inclusionProof,
  inclusionProofs,
  rootFromInclusion,
  verifyInclusion,
  type InclusionClaim,
} from "./inclusion-proof.ts";
export { consistencyProof, verifyConsistency, type ConsistencyClaim } from "./consistency-proof.ts";
export {
  formatVkey,
  isNoteName,
  noteKeyId,
  parseVkey,
  type NoteKeyType,
  type NoteVerifier,
  type ParsedVkey,
} from "./note-key.ts";
export { cosign, cosignatureMessage, cosignedAt, type Cosigner } from "./cosignature.ts";
export {
  appendSignatures,
  parseNote,
  signNote,
  verifyNote,
  type NoteSignature,
  type NoteSignedBy,
  type NoteSigner,
  type ParsedNote,
  type VerifiedNote,
} from "./signed-note.ts";
export { formatCheckpoint, parseCheckpoint, type Checkpoint, type ParsedCheckpoint } from "./checkpoint-body.ts";
export { openCheckpoint, signCheckpoint, type OpenedCheckpoint } from "./checkpoint.ts";
export { levelWidth, parseTilePath, tilePath, tilesOf, tileWidth, TILE_WIDTH, type TileRef } from "./tile-path.ts";
export { encodeEntryBundle, encodeTile, ENTRY_MAX_BYTES, parseTile, readEntryBundle } from "./tile-bytes.ts";
export { TileNodes } from "./tile-nodes.ts";
export { consistencyRanges, inclusionRanges, TileTree, type LeafRange, type ReadHashes } from "./tile-tree.ts";
export {
  formatLogProof,
  parseLogProof,
  verifyLogProof,
  type LogProof,
  type LogProofVerdict,
  type ParsedLogProof,
} from "./log-proof.ts";
export { checkPolicy, isQuorum, type Policy, type PolicyGroup, type PolicyKey, type PolicyVerdict } from "./policy.ts";
export { policyText } from "./policy-text.ts";
export { parsePolicy, type ParsedPolicy } from "./parse-policy.ts";
export {
  claimedOrigin,
  formatAddCheckpoint,
  judgeCheckpoint,
  parseAddCheckpoint,
  type AddCheckpoint,
  type AddCheckpointVerdict,
  type WitnessedTree,
} from "./add-checkpoint.ts";
export { formatLogKeys, parseLogKeys, type LogKeys, type LogKeyTerm, type Producer } from "./log-keys.ts";
export type { CheckedLogKeys } from "./check-log-keys.ts";
export type { KeyChange } from "./key-change.ts";
export { openLogKeyRotation, signLogKeyRotation, type LogKeyRotation } from "./log-key-rotation.ts";
export type { CheckedDocuments, MissingDocument, ReadDocument } from "./document-checker.ts";
export { EntryChecker, EVENT_IDS_MAX, type EntryCheck, type EntryCheckerOptions } from "./entry-checker.ts";
export { TileRecorder, type RecordedTile } from "./tile-recorder.ts";
export { LogCopy, type ReadEntries, type ReadHashTile, type ReadPath } from "./log-copy.ts";
export { verifyLog, type LogVerdict, type SoundLog, type VerifyLogOptions } from "./verify-log.ts";
export type { EntryRange } from "./log-walk.ts";
export type { Fault, Tampered, Unverifiable } from "./fault.ts";
export {
  formatReceipt,
  parseReceipt,
  type DecisionReceipt,
  type NamedDocument,
  type ParsedReceipt,
  type ProvenEntry,
} from "./decision-receipt.ts";
export {
  refusal,
  verifyReceipt,
  type ReceiptVerdict,
  type SoundReceipt,
  type VerifyReceiptOptions,
} from "./verify-receipt.ts";
export { namedDocuments, type DocumentName } from "./named-documents.ts";
