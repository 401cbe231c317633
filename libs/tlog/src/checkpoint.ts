import { formatCheckpoint, parseCheckpoint, type Checkpoint } from "./checkpoint-body.ts";
import type { NoteVerifier } from "./note-key.ts";
import { signNote, verifyNote, type NoteSigner } from "./signed-note.ts";

type OpenedCheckpoint =
  /** `signedBy` are the caller's keys that signed it, at least one. */
  | { readonly ok: true; readonly checkpoint: Checkpoint; readonly signedBy: readonly NoteVerifier[] }
  | { readonly ok: false; readonly reason: "malformed" | "bad-signature" | "no-known-signature" | "other-origin" };

/** A checkpoint as a signed note; a log signs under its origin as the key's name. */
export function signCheckpoint(checkpoint: Checkpoint, signers: readonly NoteSigner[]): string {
  return signNote(formatCheckpoint(checkpoint), signers);
}

/** Checks a signed checkpoint of the log with this origin against the keys that the caller trusts. */
export function openCheckpoint(note: string, origin: string, verifiers: readonly NoteVerifier[]): OpenedCheckpoint {
  const verified = verifyNote(note, verifiers);
  if (!verified.ok) return verified;
  const parsed = parseCheckpoint(verified.text);
  if (!parsed.ok) return parsed;
  if (parsed.checkpoint.origin !== origin) return { ok: false, reason: "other-origin" };
  return { ok: true, checkpoint: parsed.checkpoint, signedBy: verified.signedBy.map(({ verifier }) => verifier) };
}
