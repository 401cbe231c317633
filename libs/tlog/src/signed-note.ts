import { sign, verify, type KeyObject } from "node:crypto";
import { decodeBase64, encodeBase64 } from "./base64.ts";
import { cosignedAt } from "./cosignature.ts";
import { ecdsaHolds } from "./ecdsa.ts";
import { mlDsaSignedAt } from "./ml-dsa-cosignature.ts";
import { noteKeyId, type NoteVerifier } from "./note-key.ts";
import { rawPublicKey } from "./ed25519.ts";

/** C2SP signed-note: what is read at the most. */
const NOTE_MAX_BYTES = 1_000_000;
const SIGNATURES_MAX = 100;

/** One line `— <name> <base64(keyId || signature)>`. */
type NoteSignature = { readonly name: string; readonly keyId: Uint8Array; readonly signature: Uint8Array };

type ParsedNote =
  | { readonly ok: true; readonly text: string; readonly signatures: readonly NoteSignature[] }
  | { readonly ok: false; readonly reason: "malformed" };

/** A signature that holds, and whose it is; of a cosignature also its time in POSIX seconds. */
export type NoteSignedBy = { readonly verifier: NoteVerifier; readonly timestampSeconds: number | null };

type VerifiedNote =
  | {
      readonly ok: true;
      readonly text: string;
      readonly signedBy: readonly NoteSignedBy[];
    }
  | { readonly ok: false; readonly reason: "malformed" | "bad-signature" | "no-known-signature" };

/** Who signs a note: the name that stands in the signature line, and an Ed25519 private key. */
export type NoteSigner = { readonly name: string; readonly privateKey: KeyObject };

/** Control characters below U+0020 other than the newline are not allowed anywhere in a note. */
// eslint-disable-next-line no-control-regex
const CONTROL = /[\u0000-\u0009\u000b-\u001f]/;

/** Signs a text, which must end in a newline. The signature covers the text alone, without the blank line. */
export function signNote(text: string, signers: readonly NoteSigner[]): string {
  if (!text.endsWith("\n") || CONTROL.test(text) || !text.isWellFormed()) throw new TypeError("not a note's text");
  const lines = signers.map((signer) => {
    const keyId = noteKeyId(signer.name, rawPublicKey(signer.privateKey));
    const signature = sign(null, Buffer.from(text), signer.privateKey);
    return `— ${signer.name} ${encodeBase64(Buffer.concat([keyId, signature]))}\n`;
  });
  return `${text}\n${lines.join("")}`;
}

/** Splits a note at its last blank line into the text and its signature lines, without checking a signature. */
export function parseNote(note: string): ParsedNote {
  const malformed = { ok: false, reason: "malformed" } as const;
  if (note.length > NOTE_MAX_BYTES || CONTROL.test(note) || !note.isWellFormed()) return malformed;
  const split = note.lastIndexOf("\n\n");
  if (split < 0 || !note.endsWith("\n")) return malformed;
  const lines = note.slice(split + 2, -1).split("\n");
  if (lines.length > SIGNATURES_MAX) return malformed;
  const signatures = lines.map(parseSignatureLine);
  if (signatures.includes(null)) return malformed;
  return { ok: true, text: note.slice(0, split + 1), signatures: signatures as NoteSignature[] };
}

function parseSignatureLine(line: string): NoteSignature | null {
  const match = /^— ([^\p{White_Space}+]+) ([A-Za-z0-9+/]+={0,2})$/u.exec(line);
  if (match === null) return null;
  const bytes = decodeBase64(match[2] as string);
  if (bytes === null || bytes.length < 5) return null;
  return { name: match[1] as string, keyId: bytes.subarray(0, 4), signature: bytes.subarray(4) };
}

/**
 * Checks a note against the keys that the caller trusts. At least one of them must have signed; signatures of other
 * keys are ignored; one wrong signature under a trusted name and key id sinks the note.
 */
export function verifyNote(note: string, verifiers: readonly NoteVerifier[]): VerifiedNote {
  const parsed = parseNote(note);
  if (!parsed.ok) return parsed;
  const signedBy: NoteSignedBy[] = [];
  for (const { name, keyId, signature } of parsed.signatures) {
    const verifier = verifiers.find((one) => one.name === name && Buffer.compare(one.keyId, keyId) === 0);
    if (verifier === undefined) continue;
    const held = checkSignature(parsed.text, signature, verifier);
    if (held === null) return { ok: false, reason: "bad-signature" };
    signedBy.push(held);
  }
  if (signedBy.length === 0) return { ok: false, reason: "no-known-signature" };
  return { ok: true, text: parsed.text, signedBy };
}

function checkSignature(text: string, signature: Uint8Array, verifier: NoteVerifier): NoteSignedBy | null {
  const { type, publicKey } = verifier;
  if (type === "ed25519" || type === "ecdsa") {
    const holds =
      type === "ecdsa" ? ecdsaHolds(text, signature, publicKey) : verify(null, Buffer.from(text), publicKey, signature);
    return holds ? { verifier, timestampSeconds: null } : null;
  }
  const timestampSeconds =
    type === "cosignature" ? cosignedAt(text, signature, publicKey) : mlDsaSignedAt(text, signature, verifier);
  return timestampSeconds === null ? null : { verifier, timestampSeconds };
}

/**
 * The note with more signature lines after its own, each ended by a newline; a line that it has already is left out.
 * Throws a TypeError when the result is no note. The lines are not checked.
 */
export function appendSignatures(note: string, lines: readonly string[]): string {
  const missing = lines.filter((line) => !note.includes(`\n${line}`));
  const grown = note + missing.join("");
  if (!parseNote(grown).ok) throw new TypeError("not a note with signature lines");
  return grown;
}
