import { isBase64 } from "./base64.ts";
import type { BatchPosition, Envelope } from "./dsse.ts";

/** What follows an envelope's payload, read. */
export type Sealing = Omit<Envelope, "payload">;

/** The most hashes of a batch path: trees of up to 2^16 events. */
export const PATH_MAX = 16;

const BETWEEN = ',"path":[';
/** A hash of 32 bytes in base64, and in quotes with a comma. */
const HASH_DIGITS = 44;
const STEP = HASH_DIGITS + 3;

type Batch = {
  /** What stands before the index, and after the last hash of the path. */
  readonly head: string;
  readonly tail: string;
  readonly payloadType: string;
  readonly keyId: string;
  readonly sig: Uint8Array;
  readonly size: number;
  /** Of the envelope that was read last. */
  path: readonly string[];
};

/**
 * Reads what follows an envelope's payload by comparing it with the envelope before, which as a rule is of the same
 * batch: two such envelopes differ in index and path alone, so nothing else is parsed, and what they share (the
 * signature's bytes, hashes that both paths hold) is one value in memory. Texts are the bytes as `latin1`, so equal
 * texts are equal bytes.
 */
export class LastBatch {
  #batch: Batch | null = null;

  /** Null: it is not like the last one, and is to be read with care. */
  read(text: string): Sealing | null {
    const batch = this.#batch;
    if (batch === null || text.length < batch.head.length + batch.tail.length) return null;
    const { head, tail, payloadType, keyId, sig, size } = batch;
    // Two texts of the same length are compared as memory, which `startsWith` does not do.
    if (text.slice(-tail.length) !== tail || text.slice(0, head.length) !== head) return null;
    const place = text.slice(head.length, -tail.length);
    const indexEnd = place.indexOf(",");
    const index = Number(place.slice(0, indexEnd));
    if (!Number.isSafeInteger(index) || String(index) !== place.slice(0, indexEnd)) return null;
    if (place.slice(indexEnd, indexEnd + BETWEEN.length) !== BETWEEN) return null;
    const path = readPath(place.slice(indexEnd + BETWEEN.length), batch.path);
    if (path === null) return null;
    batch.path = path;
    return { payloadType, signature: { scheme: "ed25519-batch", keyId, sig, batch: { index, size, path } } };
  }

  /** Keeps what was read with care: `text` is the one spelling of it. */
  remember(text: string, { payloadType, signature }: Sealing): void {
    if (signature.scheme !== "ed25519-batch") return;
    const { keyId, sig, batch } = signature;
    const place = renderPlace(batch);
    const at = text.indexOf(place);
    // A path of hashes of another size would not be cut right.
    if (at === -1 || batch.path.some((hash) => hash.length !== HASH_DIGITS)) return;
    const [head, tail] = [text.slice(0, at), text.slice(at + place.length)];
    this.#batch = { head, tail, payloadType, keyId, sig, size: batch.size, path: batch.path };
  }
}

function renderPlace({ index, path }: BatchPosition): string {
  return `${index}${BETWEEN}${path.map((hash) => `"${hash}"`).join(",")}`;
}

/** Reads `"…","…"`, the path without its brackets. `last` are the hashes of the path before. */
function readPath(text: string, last: readonly string[]): readonly string[] | null {
  if (text.length > PATH_MAX * STEP || (text.length > 0 && (text.length + 1) % STEP !== 0)) return null;
  const path: string[] = [];
  for (let at = 0; at < text.length; at += STEP) {
    if (text[at] !== '"' || text[at + STEP - 2] !== '"' || (at + STEP < text.length && text[at + STEP - 1] !== ",")) {
      return null;
    }
    const hash = text.slice(at + 1, at + STEP - 2);
    const known = last[path.length];
    if (hash !== known && !isBase64(hash)) return null;
    path.push(hash === known ? known : hash);
  }
  return path;
}
