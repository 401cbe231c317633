import { decodeLatin1Base64, encodeBase64, isBase64 } from "./base64.ts";
import { LastBatch, PATH_MAX, type Sealing } from "./last-batch.ts";
import { decodeUtf8 } from "./utf8.ts";

/** What a signature covers besides the scheme: the type says how the payload is to be read. */
export type SignedPayload = { readonly payloadType: string; readonly payload: Uint8Array };

/**
 * Where an event stands in the tree of the batch that was signed. The path goes from leaf to root; its hashes are in
 * base64, as they stand in the envelope, because most of them are only held against others of the same batch.
 */
export type BatchPosition = { readonly index: number; readonly size: number; readonly path: readonly string[] };

/**
 * `ed25519` signs the event itself and is plain DSSE; `ed25519-batch` signs the root of the batch that it stands in.
 */
export type EnvelopeSignature =
  | { readonly scheme: "ed25519"; readonly keyId: string; readonly sig: Uint8Array }
  | {
      readonly scheme: "ed25519-batch";
      readonly keyId: string;
      readonly sig: Uint8Array;
      readonly batch: BatchPosition;
    };

export type Envelope = SignedPayload & { readonly signature: EnvelopeSignature };

/** The largest envelope that is read: C2SP entry bundles give an entry's length in 16 bits. */
export const ENVELOPE_MAX_BYTES = 65_535;

/** How every envelope begins. */
const PAYLOAD_HEAD = '{"payload":"';

const lastBatch = new LastBatch();

/** DSSE's pre-authentication encoding: `DSSEv1 <len type> <type> <len payload> <payload>`, lengths in bytes. */
export function preAuthEncoding(payloadType: string, payload: Uint8Array): Buffer {
  return Buffer.concat([preAuthHead(payloadType, payload), payload]);
}

/** What stands before the payload in `preAuthEncoding`. */
export function preAuthHead(payloadType: string, payload: Uint8Array): Buffer {
  return Buffer.from(`DSSEv1 ${Buffer.byteLength(payloadType)} ${payloadType} ${payload.length} `);
}

/**
 * The one spelling of an envelope: a DSSE JSON envelope with one signature, in RFC 8785 form:
 * `{"payload":b64,"payloadType":…,"signatures":[{"batch":{"index":…,"path":[b64…],"size":…},"keyid":…,"scheme":…,"sig":b64}]}`,
 * without `batch` for the scheme `ed25519`.
 */
export function renderEnvelope(envelope: Envelope): string {
  return PAYLOAD_HEAD + encodeBase64(envelope.payload) + renderRest(envelope);
}

/** What follows the payload in an envelope. */
function renderRest({ payloadType, signature }: Sealing): string {
  const batch = signature.scheme === "ed25519-batch" ? `"batch":${renderBatch(signature.batch)},` : "";
  return (
    `","payloadType":${JSON.stringify(payloadType)},"signatures":[{${batch}"keyid":${JSON.stringify(signature.keyId)},` +
    `"scheme":"${signature.scheme}","sig":"${encodeBase64(signature.sig)}"}]}`
  );
}

function renderBatch({ index, size, path }: BatchPosition): string {
  return `{"index":${index},"path":[${path.length === 0 ? "" : `"${path.join('","')}"`}],"size":${size}}`;
}

/**
 * Reads an envelope; null unless the bytes are exactly `renderEnvelope` of what they say. So two readers never see two
 * different envelopes in the same bytes (doubled members, odd escapes), and one envelope never has two forms.
 */
export function parseEnvelope(bytes: Uint8Array): Envelope | null {
  if (bytes.length > ENVELOPE_MAX_BYTES) return null;
  const text = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString("latin1");
  // The payload, which is nearly all of it, is read apart: base64 has nothing for a JSON parser to do.
  const payloadEnd = text.indexOf('"', PAYLOAD_HEAD.length);
  if (payloadEnd === -1 || !text.startsWith(PAYLOAD_HEAD)) return null;
  const payload = decodeLatin1Base64(text.slice(PAYLOAD_HEAD.length, payloadEnd));
  if (payload === null) return null;
  const rest = text.slice(payloadEnd);
  const sealing = lastBatch.read(rest) ?? readRest(rest);
  return sealing === null ? null : { payloadType: sealing.payloadType, payload, signature: sealing.signature };
}

/** Reads what follows the payload; `latin1` are its bytes. */
function readRest(latin1: string): Sealing | null {
  const rest = decodeUtf8(Buffer.from(latin1, "latin1"));
  const sealing = rest === null ? null : readSealing(parseJson(PAYLOAD_HEAD + rest));
  if (sealing === null || renderRest(sealing) !== rest) return null;
  lastBatch.remember(latin1, sealing);
  return sealing;
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return null;
  }
}

/** `json` is the envelope without its payload. */
function readSealing(json: unknown): Sealing | null {
  if (!isObject(json) || !isText(json["payloadType"]) || !Array.isArray(json["signatures"])) return null;
  const signature = readSignature(json["signatures"][0]);
  if (signature === null) return null;
  return { payloadType: json["payloadType"], signature };
}

function readSignature(json: unknown): EnvelopeSignature | null {
  if (!isObject(json) || !isText(json["keyid"])) return null;
  const keyId = json["keyid"];
  const sig = bytesOf(json["sig"]);
  if (sig === null) return null;
  if (json["scheme"] === "ed25519") return { scheme: "ed25519", keyId, sig };
  if (json["scheme"] !== "ed25519-batch") return null;
  const batch = readBatch(json["batch"]);
  return batch === null ? null : { scheme: "ed25519-batch", keyId, sig, batch };
}

function readBatch(json: unknown): BatchPosition | null {
  if (!isObject(json) || !Array.isArray(json["path"]) || json["path"].length > PATH_MAX) return null;
  const { index, size } = json;
  if (!Number.isSafeInteger(index) || !Number.isSafeInteger(size)) return null;
  const path: unknown[] = json["path"];
  if (!path.every((hash) => typeof hash === "string" && isBase64(hash))) return null;
  return { index: index as number, size: size as number, path: path as string[] };
}

function isObject(json: unknown): json is Record<string, unknown> {
  return typeof json === "object" && json !== null;
}

/** A lone surrogate, which JSON can spell, has no bytes that could have been signed. */
function isText(json: unknown): json is string {
  return typeof json === "string" && json.isWellFormed();
}

/** Lenient: that it is the one spelling of these bytes shows when the envelope is rendered again. */
function bytesOf(json: unknown): Buffer | null {
  return typeof json === "string" ? Buffer.from(json, "base64") : null;
}
