import {
  EntryChecker,
  Frontier,
  leafHash,
  openCheckpoint,
  parseVkey,
  retiredAt,
  type Fault,
  type Producer,
} from "@signalbox/tlog";
import { mayRecord } from "./may-record.ts";

/** A leaf as it was read: its place, and the exact bytes that were hashed. */
export type Leaf = { readonly index: number; readonly bytes: Uint8Array };

/** The log's own statement of its size and root, and the key to check it with. */
export type SignedHead = { readonly note: string; readonly vkey: string };

export type Verdict =
  | { readonly kind: "sound"; readonly size: number; readonly rootHex: string; readonly origin: string }
  | Fault;

/** What is wrong with a leaf that is not one of ours with a known signature. */
const FAULTS = {
  foreign: "its bytes are not an envelope of Signalbox",
  keyless: "it is signed by a key that is none of the producers'",
} as const;

const RETIRED = "it retired the key that the checkpoint over it is signed by";

/**
 * Checks a whole log from its leaves: dense indexes from 0, each leaf as `EntryChecker` asks, and the RFC 6962 root
 * over exactly these bytes against the signed checkpoint. One `add` a leaf, in order.
 */
export class LogVerifier {
  readonly #checker: EntryChecker;
  readonly #tree = Frontier.empty();
  #fault: Fault | null = null;

  /** `named` are keys that nobody vouches for: `EntryChecker` takes them as candidates. */
  constructor(producers: ReadonlyMap<string, Producer>, named: ReadonlyMap<string, Producer> = new Map()) {
    this.#checker = new EntryChecker({ producers, candidates: named, mayRecord });
  }

  get size(): number {
    return this.#tree.size;
  }

  /** The first fault found, or null. Leaves after a fault are not looked at. */
  add(leaf: Leaf): Fault | null {
    if (this.#fault !== null) return this.#fault;
    const reason = this.#faultOf(leaf);
    if (reason === null) this.#tree.append(leafHash(leaf.bytes));
    else this.#fault = { kind: "tampered", index: this.size, reason };
    return this.#fault;
  }

  #faultOf({ index, bytes }: Leaf): string | null {
    if (index !== this.size) return `the next leaf is ${index}: indexes are not dense`;
    const check = this.#checker.check(index, bytes);
    if (check.kind === "sound") return null;
    return check.kind === "faulty" ? check.reason : FAULTS[check.kind];
  }

  /** Compares what was added with the signed head. */
  finish({ note, vkey }: SignedHead): Verdict {
    if (this.#fault !== null) return this.#fault;
    const key = parseVkey(vkey);
    if (!key.ok) return unverifiable(`the log's verifier key cannot be read: ${key.reason}`);
    const origin = key.verifier.name;
    const opened = openCheckpoint(note, origin, [key.verifier]);
    if (!opened.ok) return { kind: "tampered", index: null, reason: `the checkpoint does not hold: ${opened.reason}` };
    const { size, root } = opened.checkpoint;
    if (this.size < size) {
      return { kind: "tampered", index: this.size, reason: `it is missing: the checkpoint says ${size} leaves` };
    }
    if (this.size > size) {
      return unverifiable(`${this.size} leaves were read for a checkpoint over ${size}`);
    }
    const rootHex = Buffer.from(this.#tree.root()).toString("hex");
    const signedHex = Buffer.from(root).toString("hex");
    if (rootHex !== signedHex) {
      return { kind: "tampered", index: null, reason: `the leaves' root is ${rootHex}, the signed one ${signedHex}` };
    }
    const retired = retiredAt(opened.signedBy, this.#checker.keyChanges);
    if (retired === null) return { kind: "sound", size, rootHex, origin };
    return { kind: "tampered", index: retired, reason: RETIRED };
  }
}

function unverifiable(reason: string): Fault {
  return { kind: "unverifiable", index: null, reason };
}
