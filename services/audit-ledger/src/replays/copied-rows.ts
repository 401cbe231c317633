import { ENVELOPE_MAX_BYTES } from "@signalbox/tlog";
import type { LeafRow } from "../read/leaf-rows.ts";

/** The size of a further run, for leaves that do not fit into the one that was given. */
const FURTHER_RUN_BYTES = 1_024 * 1_024;

/**
 * PostgreSQL's binary COPY begins with a signature, flags (4 bytes) and the length of an extension (4 bytes, here 0).
 */
const SIGNATURE = Buffer.from("PGCOPY\n\u00ff\r\n\0", "latin1");
const HEADER_BYTES = SIGNATURE.length + 8;
const END_OF_ROWS = -1;
const FIELDS = 5;
const NULL_LENGTH = -1;

/** A recorded decision's row; its leaf lies in memory that threads can share. */
export type DecisionRow = Pick<LeafRow, "idx" | "tenant" | "request_id" | "decision_id"> & {
  readonly leaf: Uint8Array;
};

/** Rows of a binary COPY of index, tenant, request, decision (as text) and leaf, taken message by message. */
export class CopiedRows {
  readonly list: DecisionRow[] = [];
  /** Of all leaves together. */
  bytes = 0;
  #run: Uint8Array;
  #used = 0;
  #message: Buffer = Buffer.alloc(0);
  #at = 0;

  /** The leaves are put into the run, which is shared memory, one after the other. */
  constructor(run: Uint8Array) {
    this.#run = run;
  }

  /** Takes whole rows, and keeps nothing of the bytes. */
  add(message: Buffer): void {
    this.#message = message;
    this.#at = message.subarray(0, SIGNATURE.length).equals(SIGNATURE) ? HEADER_BYTES : 0;
    while (this.#at < message.length) {
      const fields = message.readInt16BE(this.#at);
      this.#at += 2;
      if (fields === END_OF_ROWS) return;
      if (fields !== FIELDS) throw new Error(`a copied row has ${fields} fields`);
      this.list.push({
        idx: this.#text() ?? "",
        tenant: this.#text() ?? "",
        request_id: this.#text(),
        decision_id: this.#text(),
        leaf: this.#leaf(),
      });
    }
  }

  #text(): string | null {
    const length = this.#length();
    if (length === NULL_LENGTH) return null;
    const from = this.#at;
    this.#at += length;
    return this.#message.toString("utf8", from, this.#at);
  }

  #leaf(): Uint8Array {
    const length = this.#length();
    if (length > ENVELOPE_MAX_BYTES) throw new Error(`a copied leaf has ${length} bytes`);
    if (this.#used + length > this.#run.length) {
      this.#run = newRun(FURTHER_RUN_BYTES);
      this.#used = 0;
    }
    const leaf = this.#run.subarray(this.#used, this.#used + length);
    this.#message.copy(leaf, 0, this.#at, this.#at + length);
    this.#at += length;
    this.#used += length;
    this.bytes += length;
    return leaf;
  }

  #length(): number {
    const length = this.#message.readInt32BE(this.#at);
    this.#at += 4;
    return length;
  }
}

/** Memory that threads share. */
export function newRun(bytes: number): Uint8Array {
  return new Uint8Array(new SharedArrayBuffer(bytes));
}
