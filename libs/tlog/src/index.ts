export { canonicalize } from "./canonical-json.ts";
export { sha256Digest } from "./digest.ts";
export { decodeUtf8 } from "./utf8.ts";
export { producerKeyId, publicKeyFromRaw, rawPublicKey } from "./ed25519.ts";
export { readPemKeys } from "./pem-keys.ts";
export { ENVELOPE_MAX_BYTES, parseEnvelope, renderEnvelope } from "./dsse.ts";
export { signEvents, type Signer } from "./sign-events.ts";
export { BatchCache } from "./batch-cache.ts";
export { verifyEnvelope } from "./verify-envelope.ts";
export { EMPTY_ROOT, HASH_BYTES, leafHash, treeLevels, treeRoot } from "./merkle-tree.ts";
export { Frontier } from "./frontier.ts";
export { inclusionProof } from "./inclusion-proof.ts";
export { consistencyProof } from "./consistency-proof.ts";
export { formatVkey, isNoteName, parseVkey, type NoteVerifier } from "./note-key.ts";
export { cosign, type Cosigner } from "./cosignature.ts";
export { appendSignatures, parseNote, verifyNote, type NoteSigner } from "./signed-note.ts";
export { parseCheckpoint, type Checkpoint } from "./checkpoint-body.ts";
export { openCheckpoint, signCheckpoint } from "./checkpoint.ts";
export { levelWidth, parseTilePath, tilePath, tilesOf, tileWidth, TILE_WIDTH, type TileRef } from "./tile-path.ts";
export { encodeEntryBundle, encodeTile, readEntryBundle } from "./tile-bytes.ts";
export { TileNodes } from "./tile-nodes.ts";
export { inclusionRanges, TileTree } from "./tile-tree.ts";
export { formatLogProof, parseLogProof, verifyLogProof, type LogProof } from "./log-proof.ts";
export { checkPolicy, isQuorum, type Policy, type PolicyVerdict } from "./policy.ts";
export { retiredAt } from "./retired-at.ts";
export { policyText } from "./policy-text.ts";
export { parsePolicy } from "./parse-policy.ts";
export {
  claimedOrigin,
  formatAddCheckpoint,
  judgeCheckpoint,
  parseAddCheckpoint,
  type AddCheckpoint,
  type WitnessedTree,
} from "./add-checkpoint.ts";
export { formatLogKeys, parseLogKeys, type LogKeys, type LogKeyTerm, type Producer } from "./log-keys.ts";
export type { CheckedLogKeys } from "./check-log-keys.ts";
export type { KeyChange } from "./key-change.ts";
export { openLogKeyRotation, signLogKeyRotation } from "./log-key-rotation.ts";
export type { CheckedDocuments } from "./document-checker.ts";
export { EntryChecker, EVENT_IDS_MAX, type EntryCheck } from "./entry-checker.ts";
export { TileRecorder, type RecordedTile } from "./tile-recorder.ts";
export { LogCopy, type ReadPath } from "./log-copy.ts";
export { verifyLog, type LogVerdict, type SoundLog } from "./verify-log.ts";
export type { EntryRange } from "./log-walk.ts";
export type { Fault } from "./fault.ts";
export {
  formatReceipt,
  parseReceipt,
  type DecisionReceipt,
  type NamedDocument,
  type ProvenEntry,
} from "./decision-receipt.ts";
export { proofFault, verifyReceipt, type ReceiptVerdict } from "./verify-receipt.ts";
export { namedDocuments } from "./named-documents.ts";
