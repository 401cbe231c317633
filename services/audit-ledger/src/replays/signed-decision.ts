import type { DecisionInput } from "@signalbox/proto";
import { ENVELOPE_MAX_BYTES } from "@signalbox/tlog";

type DocumentNames = DecisionInput["documents"];

/**
 * A recorded decision as it stands in the bytes that were signed. The text of an envelope and of a canonical event has
 * one spelling, so both are cut where their members must stand, and nothing is parsed: of a leaf of 7 KB that takes a
 * tenth of the time. What is spelled in any other way is not read here, and is left to who reads it with care.
 */
export type SignedDecision = {
  /** JSON of the input, and where in it the documents' digests stand. */
  readonly inputJson: string;
  readonly documentsAt: number;
  /** Digests as the input names them. */
  readonly documents: DocumentNames;
  /** Whether this text is, byte for byte, the decision that was signed. */
  is(decisionJson: string): boolean;
};

const DIGEST = "sha256:[0-9a-f]{64}";
const TEXT = String.raw`"[^"\\\u0000-\u001f]*"`;
const COUNT = String.raw`(?:0|[1-9]\d{0,14})`;
/** Base64 of 32 and of 64 bytes: the last digit bears four and two bits. */
const HASH = '"[A-Za-z0-9+/]{42}[AEIMQUYcgkosw048]="';
const SIGNATURE = '"[A-Za-z0-9+/]{85}[AQgw]=="';

const PAYLOAD_AT = '{"payload":"'.length;
const ENVELOPE_TAIL = new RegExp(
  String.raw`^","payloadType":"application/vnd\.signalbox\.decision\.v1\+json","signatures":\[\{` +
    `(?:"batch":{"index":${COUNT},"path":\\[(?:${HASH}(?:,${HASH}){0,15})?\\],"size":${COUNT}},"keyid":${TEXT},` +
    `"scheme":"ed25519-batch"|"keyid":${TEXT},"scheme":"ed25519"),"sig":${SIGNATURE}}]}$`,
);
const EVENT_HEAD = new RegExp(`{"atMs":${COUNT},"decision":(?={)`, "y");
// The search begins at a character that is rare, which takes a fraction of the time.
const DECISION_END = 'Digest":"sha256:';
const DECISION_END_AT = ',"decision'.length;
const BETWEEN = new RegExp(`,"decisionDigest":"${DIGEST}","decisionId":${TEXT},"eventId":${TEXT},"input":(?={)`, "y");
const TAIL_MARK = ',"producer":{"instance":"';
const EVENT_TAIL = new RegExp(
  `,"producer":{"instance":${TEXT},"seq":${COUNT},"service":${TEXT}},"requestId":${TEXT},` +
    `"schema":"signalbox\\.event\\.decision\\.v1","tenant":${TEXT},` +
    `"timing":{"classifyUs":${COUNT},"decideUs":${COUNT},"lookupUs":${COUNT}}}$`,
  "y",
);
const DOCUMENTS_KEY = ',"documents":';
const DOCUMENTS_MARK = '{"catalogue":"sha256:';
const DOCUMENTS = new RegExp(
  `,"documents":{"catalogue":"(${DIGEST})","engine":"(${DIGEST})","health":"(${DIGEST})","policy":"(${DIGEST})"},"draw":`,
  "y",
);

/** The payload is decoded here, leaf after leaf. */
const scratch = Buffer.allocUnsafeSlow(ENVELOPE_MAX_BYTES);

/** Reads a leaf; null when it is no decision, or not one in the spelling of today. */
export function readSignedDecision(leaf: string): SignedDecision | null {
  const event = readPayload(leaf);
  if (event === null) return null;
  const decisionAt = endOf(EVENT_HEAD, event, 0);
  const decisionEnd = event.indexOf(DECISION_END, decisionAt) - DECISION_END_AT;
  const inputAt = endOf(BETWEEN, event, decisionEnd);
  const inputEnd = event.lastIndexOf(TAIL_MARK);
  if (decisionAt === -1 || inputAt === -1 || inputEnd < inputAt) return null;
  if (endOf(EVENT_TAIL, event, inputEnd) === -1) return null;
  const inputJson = event.slice(inputAt, inputEnd);
  const documentsAt = inputJson.indexOf(DOCUMENTS_MARK) - DOCUMENTS_KEY.length;
  const documents = namedAt(inputJson, documentsAt);
  if (documents === null) return null;
  // Two texts of the same length are compared as memory, which `startsWith` does not do.
  const is = (decisionJson: string): boolean => event.slice(decisionAt, decisionEnd) === decisionJson;
  return { inputJson, documentsAt, documents, is };
}

/** The input's text with other documents in place of those that it names. */
export function renameDocuments({ inputJson, documentsAt }: SignedDecision, names: DocumentNames): string {
  const { catalogue, engine, health, policy } = names;
  const end = inputJson.indexOf("}", documentsAt);
  const renamed = JSON.stringify({ catalogue, engine, health, policy });
  return `${inputJson.slice(0, documentsAt)},"documents":${renamed}${inputJson.slice(end + 1)}`;
}

function readPayload(leaf: string): string | null {
  if (leaf.length > ENVELOPE_MAX_BYTES) return null;
  const end = leaf.indexOf('"', PAYLOAD_AT);
  if (end === -1 || !leaf.startsWith('{"payload":"') || !ENVELOPE_TAIL.test(leaf.slice(end))) return null;
  const base64 = leaf.slice(PAYLOAD_AT, end);
  const bytes = scratch.write(base64, "base64");
  // Decoding overlooks what is no base64; that there is none shows when it is encoded again.
  if (scratch.toString("base64", 0, bytes) !== base64) return null;
  return scratch.toString("utf8", 0, bytes);
}

/** Decisions name the same documents as the one before them, as a rule. */
let last: { readonly text: string; readonly names: DocumentNames } | null = null;

function namedAt(inputJson: string, at: number): DocumentNames | null {
  if (at < 0) return null;
  if (last !== null && inputJson.slice(at, at + last.text.length) === last.text) return last.names;
  DOCUMENTS.lastIndex = at;
  const [text, catalogue, engine, health, policy] = DOCUMENTS.exec(inputJson) ?? [];
  if (text === undefined || catalogue === undefined || engine === undefined) return null;
  if (health === undefined || policy === undefined) return null;
  last = { text, names: { engine, policy, catalogue, health } };
  return last.names;
}

/** Where a match that begins at this place ends; -1 when there is none. */
function endOf(pattern: RegExp, text: string, at: number): number {
  if (at < 0) return -1;
  pattern.lastIndex = at;
  return pattern.test(text) ? pattern.lastIndex : -1;
}
