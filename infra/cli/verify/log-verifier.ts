import type { KeyObject } from "node:crypto";
import { KeyEvent, PAYLOAD_TYPES } from "@signalbox/proto";
import {
  BatchCache,
  Frontier,
  leafHash,
  openCheckpoint,
  parseVkey,
  verifyEnvelope,
  type Producer,
} from "@signalbox/tlog";
import { mayRecord } from "./may-record.ts";

/** A leaf as it was read: its place, and the exact bytes that were hashed. */
export type Leaf = { readonly index: number; readonly bytes: Uint8Array };

/** The log's own statement of its size and root, and the key to check it with. */
export type SignedHead = { readonly note: string; readonly vkey: string };

export type Tampered = { readonly kind: "tampered"; readonly index: number | null; readonly reason: string };

export type Verdict =
  | { readonly kind: "sound"; readonly size: number; readonly rootHex: string; readonly origin: string }
  | Tampered
  /** More leaves are needed, or the head or a key cannot be read: nothing is said about the log. */
  | { readonly kind: "unverifiable"; readonly reason: string };

/**
 * Checks a whole log from its leaves: dense indexes from 0, each leaf signed by a producer whose type of event it is with
 * a key that no leaf before it retires, no event twice, and the RFC 6962 root over exactly these bytes against the signed
 * checkpoint. One `add` a leaf, in order.
 */
export class LogVerifier {
  readonly #producers: Map<string, Producer>;
  readonly #keys: Map<string, KeyObject>;
  readonly #named: ReadonlyMap<string, Producer>;
  readonly #retired = new Map<string, number>();
  readonly #batches = new BatchCache();
  readonly #tree = Frontier.empty();
  readonly #eventIds = new Map<string, number>();
  #fault: Tampered | null = null;

  /**
   * `named` are keys that nobody vouches for, such as those that the log names: one is taken from the leaf on that says by
   * its id that it was registered, when a key signed that leaf which is trusted already.
   */
  constructor(producers: ReadonlyMap<string, Producer>, named: ReadonlyMap<string, Producer> = new Map()) {
    this.#producers = new Map(producers);
    this.#named = named;
    this.#keys = new Map([...producers].map(([keyId, { key }]) => [keyId, key]));
  }

  get size(): number {
    return this.#tree.size;
  }

  /** The first fault found, or null. Leaves after a fault are not looked at. */
  add(leaf: Leaf): Tampered | null {
    if (this.#fault !== null) return this.#fault;
    const reason = this.#faultOf(leaf);
    if (reason === null) this.#tree.append(leafHash(leaf.bytes));
    else this.#fault = { kind: "tampered", index: this.size, reason };
    return this.#fault;
  }

  #faultOf({ index, bytes }: Leaf): string | null {
    if (index !== this.size) return `the next leaf is ${index}: indexes are not dense`;
    const envelope = verifyEnvelope(bytes, this.#keys, this.#batches);
    if (!envelope.ok) return FAULTS[envelope.reason];
    const service = this.#producers.get(envelope.keyId)?.service;
    if (service === undefined || !mayRecord(service, envelope.payloadType))
      return `${service} signed it, and may not record this type of event`;
    const retired = this.#retired.get(envelope.keyId);
    if (retired !== undefined) return `its producer's key was retired at leaf ${retired}`;
    const eventId = eventIdOf(envelope.payload);
    if (eventId === null) return "its payload is not an event";
    const earlier = this.#eventIds.get(eventId);
    if (earlier !== undefined) return `it holds the same event as leaf ${earlier}`;
    this.#eventIds.set(eventId, index);
    if (envelope.payloadType === PAYLOAD_TYPES.key) this.#noteKey(index, envelope.payload);
    return null;
  }

  #noteKey(index: number, payload: Uint8Array): void {
    const { data: event } = KeyEvent.safeParse(JSON.parse(Buffer.from(payload).toString("utf8")));
    if (event?.role !== "producer") return;
    if (event.change === "retired") {
      this.#retired.set(event.keyId, index);
      return;
    }
    const named = this.#named.get(event.keyId);
    if (named?.service !== event.name || this.#producers.has(event.keyId)) return;
    this.#producers.set(event.keyId, named);
    this.#keys.set(event.keyId, named.key);
  }

  /** Compares what was added with the signed head. */
  finish({ note, vkey }: SignedHead): Verdict {
    if (this.#fault !== null) return this.#fault;
    const key = parseVkey(vkey);
    if (!key.ok) return { kind: "unverifiable", reason: `the log's verifier key cannot be read: ${key.reason}` };
    const origin = key.verifier.name;
    const opened = openCheckpoint(note, origin, [key.verifier]);
    if (!opened.ok) return { kind: "tampered", index: null, reason: `the checkpoint does not hold: ${opened.reason}` };
    const { size, root } = opened.checkpoint;
    if (this.size < size) {
      return { kind: "tampered", index: this.size, reason: `it is missing: the checkpoint says ${size} leaves` };
    }
    if (this.size > size) {
      return { kind: "unverifiable", reason: `${this.size} leaves were read for a checkpoint over ${size}` };
    }
    const rootHex = Buffer.from(this.#tree.root()).toString("hex");
    const signedHex = Buffer.from(root).toString("hex");
    if (rootHex === signedHex) return { kind: "sound", size, rootHex, origin };
    return { kind: "tampered", index: null, reason: `the leaves' root is ${rootHex}, the signed one ${signedHex}` };
  }
}

const FAULTS = {
  malformed: "its bytes are not an envelope",
  "unknown-key": "it is signed by a key that is none of the producers'",
  "bad-signature": "its producer's signature does not fit its bytes",
} as const;

/** What was signed is canonical JSON, so a reader cannot see two ids in it. */
function eventIdOf(payload: Uint8Array): string | null {
  try {
    const { eventId } = JSON.parse(Buffer.from(payload).toString("utf8")) as { eventId?: unknown };
    return typeof eventId === "string" ? eventId : null;
  } catch {
    return null;
  }
}
