import type { KeyObject } from "node:crypto";
import { BatchCache, Frontier, leafHash, openCheckpoint, parseVkey, verifyEnvelope } from "@signalbox/tlog";
import { mayRecord } from "./may-record.ts";
import type { Producer } from "./producer-keys.ts";

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
 * Checks a whole log from its leaves: dense indexes from 0, each leaf signed by a producer whose type of event it is, no
 * event twice, and the RFC 6962 root over exactly these bytes against the signed checkpoint. One `add` a leaf, in order.
 */
export class LogVerifier {
  readonly #producers: ReadonlyMap<string, Producer>;
  readonly #keys: ReadonlyMap<string, KeyObject>;
  readonly #batches = new BatchCache();
  readonly #tree = Frontier.empty();
  readonly #eventIds = new Map<string, number>();
  #fault: Tampered | null = null;

  constructor(producers: ReadonlyMap<string, Producer>) {
    this.#producers = producers;
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
    const eventId = eventIdOf(envelope.payload);
    if (eventId === null) return "its payload is not an event";
    const earlier = this.#eventIds.get(eventId);
    if (earlier !== undefined) return `it holds the same event as leaf ${earlier}`;
    this.#eventIds.set(eventId, index);
    return null;
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
