import type { KeyObject } from "node:crypto";
import { sha256Digest } from "./digest.ts";
import { producerKeyId, rawPublicKey } from "./ed25519.ts";
import { formatVkey, parseVkey, type NoteVerifier } from "./note-key.ts";
import { parseNote, signNote, verifyNote } from "./signed-note.ts";

const TITLE = "signalbox log key rotation v1";

/** That one key of a log takes another's place, said by both. */
type LogKeyRotation = { readonly origin: string; readonly from: NoteVerifier; readonly to: NoteVerifier };

/**
 * The statement of a rotation: a C2SP signed note over the origin and both verifier keys, signed by the outgoing key
 * and by the new one. Whoever trusts the first may follow it to the second.
 */
export function signLogKeyRotation(origin: string, keys: { readonly from: KeyObject; readonly to: KeyObject }): string {
  const { from, to } = keys;
  const text = `${TITLE}\n${origin}\n${formatVkey(origin, from)}\n${formatVkey(origin, to)}\n`;
  return signNote(text, [
    { name: origin, privateKey: from },
    { name: origin, privateKey: to },
  ]);
}

/** Reads a statement of a rotation; null unless both of the keys that it names have signed it, under the log's name. */
export function openLogKeyRotation(statement: string): LogKeyRotation | null {
  const note = parseNote(statement);
  if (!note.ok) return null;
  const [title, origin = "", fromVkey = "", toVkey = "", ...rest] = note.text.split("\n");
  const [from, to] = [parseVkey(fromVkey), parseVkey(toVkey)];
  if (title !== TITLE || rest.join("") !== "" || !from.ok || !to.ok) return null;
  const both = [from.verifier, to.verifier];
  if (both.some(({ name, type }) => name !== origin || type !== "ed25519")) return null;
  const verified = verifyNote(statement, both);
  const signers = verified.ok ? new Set(verified.signedBy.map(({ verifier }) => verifier)) : new Set();
  return signers.size === 2 ? { origin, from: from.verifier, to: to.verifier } : null;
}

/** What a `key` entry says of the key that it names; the digest is of its 32 bytes. */
type RotationClaim = { readonly name: unknown; readonly keyId: unknown; readonly after: unknown };

/** Whether both keys of a statement have signed it, and it is of the log and leads to the key that its entry names. */
export function statementFits(statement: string, { name, keyId, after }: RotationClaim): boolean {
  const rotation = openLogKeyRotation(statement);
  if (rotation === null) return false;
  const { origin, to } = rotation;
  const digest = sha256Digest(rawPublicKey(to.publicKey));
  return origin === name && producerKeyId(to.publicKey) === keyId && digest === after;
}
