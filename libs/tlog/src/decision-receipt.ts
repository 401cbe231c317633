import { decodeBase64, encodeBase64 } from "./base64.ts";
import { canonicalize } from "./canonical-json.ts";
import { formatLogProof, HASHES_MAX, parseLogProof, type LogProof } from "./log-proof.ts";
import { HASH_BYTES } from "./merkle-tree.ts";
import type { DocumentName } from "./named-documents.ts";

const SCHEMA = "signalbox.receipt.v1";
const DOCUMENTS_MAX = 32;
const PRODUCERS_MAX = 256;

/** An entry with its place in the log and the path to the root of the receipt's checkpoint. */
export type ProvenEntry = {
  readonly index: number;
  readonly hashes: readonly Uint8Array[];
  readonly entry: Uint8Array;
};

/** A document that the decision names, and what the log says of it; null when the log does not hold it. */
export type NamedDocument = DocumentName & { readonly mediaType: string | null; readonly bytes: number | null };

/**
 * A tlog-proof of a decision whose extra data holds the decision's entry itself, the proof of its outcome under the
 * same checkpoint, the documents that it names, and the vkeys of the producers. So it needs nothing beside it but a
 * policy.
 */
export type DecisionReceipt = {
  readonly checkpoint: string;
  readonly decision: ProvenEntry;
  /** Null while the request has not ended. */
  readonly outcome: ProvenEntry | null;
  readonly documents: readonly NamedDocument[];
  /** The producers' vkeys as the log names them. */
  readonly producers: readonly string[];
};

/** The text of a `.tlog-proof` file. */
export function formatReceipt({ checkpoint, decision, outcome, documents, producers }: DecisionReceipt): string {
  const extra = {
    schema: SCHEMA,
    entry: encodeBase64(decision.entry),
    outcome: outcome && {
      index: outcome.index,
      hashes: outcome.hashes.map(encodeBase64),
      entry: encodeBase64(outcome.entry),
    },
    documents: documents.map(({ kind, digest, mediaType, bytes }) => ({ kind, digest, mediaType, bytes })),
    producers: [...producers],
  };
  const { index, hashes } = decision;
  return formatLogProof({ index, hashes, checkpoint, extra: Buffer.from(canonicalize(extra)) });
}

type ParsedReceipt =
  | { readonly kind: "receipt"; readonly receipt: DecisionReceipt }
  /** A tlog-proof of another kind: its entry must be given apart. */
  | { readonly kind: "proof"; readonly proof: LogProof }
  | { readonly kind: "malformed" };

/** Reads a `.tlog-proof` file, ours or another's. Nothing in it has been checked. */
export function parseReceipt(text: string): ParsedReceipt {
  const parsed = parseLogProof(text);
  if (!parsed.ok) return { kind: "malformed" };
  const { proof } = parsed;
  const extra = parseExtra(proof.extra);
  if (extra === null || extra["schema"] !== SCHEMA) return { kind: "proof", proof };
  const receipt = readReceipt(proof, extra);
  // A receipt has one spelling, so nothing stands in it that is not read.
  return receipt === null || formatReceipt(receipt) !== text ? { kind: "malformed" } : { kind: "receipt", receipt };
}

function parseExtra(extra: Uint8Array | null): Record<string, unknown> | null {
  if (extra === null) return null;
  try {
    const json: unknown = JSON.parse(Buffer.from(extra).toString("utf8"));
    return isObject(json) ? json : null;
  } catch {
    return null;
  }
}

function readReceipt(proof: LogProof, extra: Record<string, unknown>): DecisionReceipt | null {
  const { index, hashes, checkpoint } = proof;
  const entry = bytesOf(extra["entry"]);
  const outcome = extra["outcome"] === null ? null : readProven(extra["outcome"]);
  const documents = listOf(extra["documents"], DOCUMENTS_MAX, readDocument);
  const producers = listOf(extra["producers"], PRODUCERS_MAX, (vkey) => (typeof vkey === "string" ? vkey : undefined));
  if (entry === undefined || outcome === undefined || documents === undefined || producers === undefined) return null;
  return { checkpoint, decision: { index, hashes, entry }, outcome, documents, producers };
}

function readProven(json: unknown): ProvenEntry | undefined {
  if (!isObject(json) || !isCount(json["index"])) return undefined;
  const entry = bytesOf(json["entry"]);
  const hashes = listOf(json["hashes"], HASHES_MAX, (hash) => {
    const bytes = bytesOf(hash);
    return bytes?.length === HASH_BYTES ? bytes : undefined;
  });
  return entry === undefined || hashes === undefined ? undefined : { index: json["index"], hashes, entry };
}

function readDocument(json: unknown): NamedDocument | undefined {
  if (!isObject(json)) return undefined;
  const { kind, digest, mediaType, bytes } = json;
  if (typeof kind !== "string" || typeof digest !== "string") return undefined;
  if (mediaType === null && bytes === null) return { kind, digest, mediaType, bytes };
  return typeof mediaType === "string" && isCount(bytes) ? { kind, digest, mediaType, bytes } : undefined;
}

function listOf<T>(json: unknown, max: number, read: (item: unknown) => T | undefined): T[] | undefined {
  if (!Array.isArray(json) || json.length > max) return undefined;
  const items = json.map(read);
  return items.includes(undefined) ? undefined : (items as T[]);
}

function isObject(json: unknown): json is Record<string, unknown> {
  return typeof json === "object" && json !== null;
}

function isCount(json: unknown): json is number {
  return Number.isSafeInteger(json) && (json as number) >= 0;
}

function bytesOf(json: unknown): Buffer | undefined {
  return typeof json === "string" ? (decodeBase64(json) ?? undefined) : undefined;
}
