import { decodeBase64, encodeBase64 } from "./base64.ts";
import { parseDecimal } from "./decimal.ts";
import { verifyInclusion } from "./inclusion-proof.ts";
import { HASH_BYTES, leafHash } from "./merkle-tree.ts";
import { checkPolicy, type Policy, type PolicyRefusal, type PolicyVerdict } from "./policy.ts";
import { parseNote } from "./signed-note.ts";

/** C2SP tlog-proof: that an entry stands at an index of a log, for whoever has the entry and a policy. */
export type LogProof = {
  readonly index: number;
  /** From the leaf's sibling up to the root's child. */
  readonly hashes: readonly Uint8Array[];
  /** The signed note, verbatim. */
  readonly checkpoint: string;
  /** The application's own data; nothing vouches for it. Null when there is none. */
  readonly extra: Uint8Array | null;
};

const HEADER = "c2sp.org/tlog-proof@v1";

/** A tree of 2^53 leaves has no longer path. */
export const HASHES_MAX = 63;
/** A decision and its outcome with their documents' digests, in base64, several times over. */
const PROOF_MAX_BYTES = 4 * 1024 * 1024;

/** The text of a `.tlog-proof` file. */
export function formatLogProof({ index, hashes, checkpoint, extra }: LogProof): string {
  if (!Number.isSafeInteger(index) || index < 0) throw new TypeError("not an index");
  const extraLine = extra === null ? "" : `extra ${encodeBase64(extra)}\n`;
  const hashLines = hashes.map((hash) => `${encodeBase64(hash)}\n`).join("");
  return `${HEADER}\n${extraLine}index ${index}\n${hashLines}\n${checkpoint}`;
}

type ParsedLogProof =
  | { readonly ok: true; readonly proof: LogProof }
  | { readonly ok: false; readonly reason: "malformed" };

/** Reads a `.tlog-proof` file; its checkpoint is a signed note by form, of which no signature has been checked. */
export function parseLogProof(text: string): ParsedLogProof {
  const malformed = { ok: false, reason: "malformed" } as const;
  const split = text.indexOf("\n\n");
  if (text.length > PROOF_MAX_BYTES || split < 0) return malformed;
  const lines = text.slice(0, split).split("\n");
  if (lines.shift() !== HEADER) return malformed;
  const extra = lines[0]?.startsWith("extra ") === true ? decodeBase64((lines.shift() as string).slice(6)) : undefined;
  const indexLine = lines.shift() ?? "";
  const index = indexLine.startsWith("index ") ? parseDecimal(indexLine.slice(6)) : null;
  const hashes = lines.map(decodeBase64);
  const checkpoint = text.slice(split + 2);
  if (extra === null || index === null) return malformed;
  if (hashes.length > HASHES_MAX || hashes.some((hash) => hash?.length !== HASH_BYTES)) return malformed;
  if (!parseNote(checkpoint).ok) return malformed;
  return { ok: true, proof: { index, hashes: hashes as Buffer[], checkpoint, extra: extra ?? null } };
}

export type LogProofVerdict =
  | (PolicyVerdict & { readonly ok: true })
  | { readonly ok: false; readonly reason: PolicyRefusal | "not-included" };

/** Whether this entry stands in the log, under a checkpoint that the policy accepts. */
export function verifyLogProof(proof: LogProof, entry: Uint8Array, policy: Policy): LogProofVerdict {
  const verdict = checkPolicy(proof.checkpoint, policy);
  if (!verdict.ok) return verdict;
  const { size, root } = verdict.checkpoint;
  const claim = { index: proof.index, size, root, leafHash: leafHash(entry), proof: proof.hashes };
  return verifyInclusion(claim) ? verdict : { ok: false, reason: "not-included" };
}
