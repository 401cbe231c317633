import { sha256Digest } from "./digest.ts";
import { tampered, type Fault } from "./fault.ts";
import type { DocumentName } from "./named-documents.ts";

/** Reads the bytes that stand under a digest; null when nothing does. A rejection: it could not be looked at. */
export type ReadDocument = (digest: string) => Promise<Uint8Array | null>;

/** A document that is not there, and the first entry that names it. */
type MissingDocument = DocumentName & { readonly index: number };

/** What became of the documents that a log's entries name. */
export type CheckedDocuments = {
  /** How many hold the bytes that their digests say. */
  readonly sound: number;
  /** How many are not there. */
  readonly missing: number;
  /** The first of those. */
  readonly firstMissing: readonly MissingDocument[];
};

/** What is remembered must not grow with the log: a document that is named again after so many others is read again. */
const DIGESTS_MAX = 1_000_000;
const LISTED_MAX = 100;
const READS_MAX = 16;
/** Longer than any digest and any name of a document; what an entry says may be longer still. */
const SHOWN_MAX_CHARS = 128;

/** What an entry says is no path before it is known to be a digest. */
const DIGEST = /^sha256:[0-9a-f]{64}$/;

/** Holds the documents that entries name against their digests, each once. */
export class DocumentChecker {
  readonly #read: ReadDocument;
  /** In the order in which they were named. */
  readonly #known = new Set<string>();
  readonly #waiting: MissingDocument[] = [];
  readonly #firstMissing: MissingDocument[] = [];
  #missing = 0;
  #sound = 0;

  constructor(read: ReadDocument) {
    this.#read = read;
  }

  /** Takes note of what an entry names. Entries come in the order of their indexes. */
  add(index: number, names: readonly DocumentName[]): void {
    for (const name of names) {
      if (this.#known.has(name.digest)) continue;
      // What is no digest may be of any length, and is not remembered.
      if (DIGEST.test(name.digest)) this.#known.add(name.digest);
      if (this.#known.size > DIGESTS_MAX) this.#known.delete(this.#known.values().next().value as string);
      this.#waiting.push({ ...name, index });
    }
  }

  /** Reads what was named since the last time; the fault of the first entry that names other bytes than are there. */
  async check(): Promise<Fault | null> {
    while (this.#waiting.length > 0) {
      const some = this.#waiting.splice(0, READS_MAX);
      const read = await Promise.all(
        some.map(async ({ digest }) => (DIGEST.test(digest) ? await this.#read(digest) : null)),
      );
      for (const [at, name] of some.entries()) {
        const bytes = read[at] ?? null;
        if (bytes === null) this.#miss(name);
        else if (sha256Digest(bytes) === name.digest) this.#sound += 1;
        else
          return tampered(name.index, `the ${name.kind} ${name.digest} that it names has other bytes than it had then`);
      }
    }
    return null;
  }

  get found(): CheckedDocuments {
    return { sound: this.#sound, missing: this.#missing, firstMissing: [...this.#firstMissing] };
  }

  #miss(name: MissingDocument): void {
    this.#missing += 1;
    if (this.#firstMissing.length < LISTED_MAX) this.#firstMissing.push(clipped(name));
  }
}

function clipped({ kind, digest, index }: MissingDocument): MissingDocument {
  return { kind: kind.slice(0, SHOWN_MAX_CHARS), digest: digest.slice(0, SHOWN_MAX_CHARS), index };
}
