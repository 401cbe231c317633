import { decodeBase64, encodeBase64 } from "./base64.ts";
import { parseCheckpoint, type Checkpoint } from "./checkpoint-body.ts";
import { verifyConsistency } from "./consistency-proof.ts";
import { parseDecimal } from "./decimal.ts";
import { EMPTY_ROOT, equalBytes, HASH_BYTES } from "./merkle-tree.ts";
import type { NoteVerifier } from "./note-key.ts";
import { parseNote, verifyNote } from "./signed-note.ts";

/** C2SP tlog-witness: at most this many hashes stand in a request. */
const PROOF_HASHES_MAX = 63;

/** The body of `POST <prefix>/add-checkpoint`: a signed checkpoint, and that it extends the one last cosigned. */
export type AddCheckpoint = {
  readonly oldSize: number;
  readonly proof: readonly Uint8Array[];
  /** The signed note, verbatim. */
  readonly checkpoint: string;
};

export function formatAddCheckpoint({ oldSize, proof, checkpoint }: AddCheckpoint): string {
  return `old ${oldSize}\n${proof.map((hash) => `${encodeBase64(hash)}\n`).join("")}\n${checkpoint}`;
}

/** Reads a request's body; null when it has not the form. */
export function parseAddCheckpoint(body: string): AddCheckpoint | null {
  const split = body.indexOf("\n\n");
  if (split < 0) return null;
  const [first = "", ...lines] = body.slice(0, split).split("\n");
  const oldSize = first.startsWith("old ") ? parseDecimal(first.slice(4)) : null;
  const proof = lines.map(decodeBase64);
  const checkpoint = body.slice(split + 2);
  if (oldSize === null || !parseNote(checkpoint).ok) return null;
  if (proof.length > PROOF_HASHES_MAX || proof.some((hash) => hash?.length !== HASH_BYTES)) return null;
  return { oldSize, proof: proof as Buffer[], checkpoint };
}

/** What a witness knows of a log: the largest tree that it has cosigned; null before the first. */
export type WitnessedTree = { readonly size: number; readonly root: Uint8Array } | null;

/** The statuses are those that tlog-witness gives to each fault. */
type AddCheckpointVerdict =
  | { readonly status: 200; readonly body: string; readonly checkpoint: Checkpoint }
  | { readonly status: 400 | 403 | 422; readonly reason: string }
  | { readonly status: 409; readonly reason: string; readonly size: number };

/**
 * Decides on a request as tlog-witness says, from what the witness has cosigned of this log. With 200 the caller keeps
 * the checkpoint durably, and only then cosigns `body`; deciding and keeping must be one step.
 */
export function judgeCheckpoint(
  request: AddCheckpoint,
  verifiers: readonly NoteVerifier[],
  witnessed: WitnessedTree,
): AddCheckpointVerdict {
  const verified = verifyNote(request.checkpoint, verifiers);
  if (!verified.ok) return { status: 403, reason: verified.reason };
  const parsed = parseCheckpoint(verified.text);
  if (!parsed.ok) return { status: 400, reason: "malformed checkpoint" };
  const { checkpoint } = parsed;
  const { oldSize, proof } = request;
  if (oldSize > checkpoint.size) return { status: 400, reason: "the old size is above the checkpoint's" };
  const size = witnessed?.size ?? 0;
  if (oldSize !== size) return { status: 409, reason: "another size was cosigned last", size };
  const fault = extensionFault({ checkpoint, proof, oldSize }, witnessed);
  return fault ?? { status: 200, body: verified.text, checkpoint };
}

type Extension = { readonly checkpoint: Checkpoint; readonly proof: readonly Uint8Array[]; readonly oldSize: number };

function extensionFault(
  { checkpoint, proof, oldSize }: Extension,
  witnessed: WitnessedTree,
): AddCheckpointVerdict | null {
  if (checkpoint.size === 0 && !equalBytes(checkpoint.root, EMPTY_ROOT)) {
    return { status: 422, reason: "this is not the root of a tree without leaves" };
  }
  // From the empty tree nothing can be proved, and nothing needs to be.
  if (oldSize === 0 && (witnessed === null || checkpoint.size > 0)) {
    return proof.length === 0 ? null : { status: 422, reason: "there is no proof from the empty tree" };
  }
  const root1 = witnessed?.root ?? new Uint8Array();
  if (oldSize === checkpoint.size && !equalBytes(root1, checkpoint.root)) {
    return { status: 409, reason: "another root was cosigned for this size", size: oldSize };
  }
  if (oldSize === 0) return proof.length === 0 ? null : { status: 422, reason: "there is no proof of nothing" };
  const claim = { size1: oldSize, size2: checkpoint.size, root1, root2: checkpoint.root, proof };
  return verifyConsistency(claim) ? null : { status: 422, reason: "the consistency proof does not hold" };
}

/**
 * The origin that a request's checkpoint names, unchecked: by it a witness finds the log's keys. Null when malformed.
 */
export function claimedOrigin(request: AddCheckpoint): string | null {
  const note = parseNote(request.checkpoint);
  const parsed = note.ok ? parseCheckpoint(note.text) : null;
  return parsed?.ok === true ? parsed.checkpoint.origin : null;
}
