import { encodeBase64, isHashBase64 } from "./base64.ts";
import type { BatchPosition } from "./dsse.ts";
import { equalBytes, nodeHashBase64 } from "./merkle-tree.ts";
import { BATCH_MAX } from "./sign-events.ts";

/** How many batches are remembered: several per producer are in flight at the most. */
const BATCHES_MAX = 512;

/** What a batch's signature covers, and the nodes of the tree below it that paths have led through, in base64. */
type Batch = { readonly root: Uint8Array; readonly holds: boolean; readonly nodes: Map<number, string> };

/** That a leaf stands in a batch, under a signature. */
export type BatchClaim = {
  readonly keyId: string;
  readonly sig: Uint8Array;
  readonly leafHash: Uint8Array;
  readonly batch: BatchPosition;
};

/**
 * Remembers batches, so that n events of one batch cost one verification of its signature and little more than n
 * hashes: a path is hashed only up to a node that an earlier path led through, and from there on its hashes must be the
 * known ones. A batch is named by its key, size and signature; the oldest is forgotten first.
 */
export class BatchCache {
  readonly #batches = new Map<string, Batch>();
  #last: { readonly keyId: string; readonly sig: Uint8Array; readonly size: number; readonly name: string } | null =
    null;

  /**
   * Whether the leaf's path leads to a root that the signature covers, as `verifyRoot` finds for a root not seen
   * before.
   */
  check(claim: BatchClaim, verifyRoot: (root: Uint8Array) => boolean): boolean {
    const name = this.#nameOf(claim);
    const known = this.#batches.get(name);
    const climb = climbPath(claim, known?.holds === true ? known.nodes : null);
    if (climb.end === "nowhere") return false;
    if (climb.end === "known") return true;
    let batch = known;
    // A signature that holds covers one root; one that does not may be tried on another.
    if (batch === undefined || (!batch.holds && !equalBytes(batch.root, climb.root))) {
      batch = { root: climb.root, holds: verifyRoot(climb.root), nodes: new Map() };
      if (this.#batches.size >= BATCHES_MAX) this.#batches.delete(this.#batches.keys().next().value as string);
      this.#batches.set(name, batch);
    }
    if (!batch.holds || !equalBytes(batch.root, climb.root)) return false;
    for (const [at, hash] of climb.passed) batch.nodes.set(at, hash);
    return true;
  }

  /**
   * As a rule the envelopes of a batch follow each other, and `parseEnvelope` gives all of them the same `sig` object.
   */
  #nameOf({ keyId, sig, batch: { size } }: BatchClaim): string {
    const last = this.#last;
    if (last?.sig === sig && last.keyId === keyId && last.size === size) return last.name;
    const name = `${keyId} ${size} ${encodeBase64(sig)}`;
    this.#last = { keyId, sig, size, name };
    return name;
  }
}

type Climb =
  /** The path ended at this root, through nodes that were not known before. */
  | { readonly end: "root"; readonly root: Uint8Array; readonly passed: readonly [at: number, hash: string][] }
  /** It met a known node, and went on as an earlier path did. */
  | { readonly end: "known" }
  /** It is too long, too short, or not that of an earlier path. */
  | { readonly end: "nowhere" };

const NOWHERE: Climb = { end: "nowhere" };
const KNOWN: Climb = { end: "known" };

/** Goes from a leaf to the root; `nodes` are those of a tree that is known to be the signed one. */
function climbPath({ leafHash, batch }: BatchClaim, nodes: ReadonlyMap<number, string> | null): Climb {
  const { index, size, path } = batch;
  const isPlace = Number.isSafeInteger(size) && Number.isSafeInteger(index) && index >= 0 && index < size;
  if (!isPlace || size > BATCH_MAX) return NOWHERE;
  const passed: [number, string][] = [];
  let hash = encodeBase64(leafHash);
  // A known node was reached: from there on nothing is hashed, and the siblings must be those of the known tree.
  let isKnown = false;
  let used = 0;
  let [position, last] = [index, size - 1];
  for (let level = 0; last > 0; level += 1) {
    if (!isKnown) {
      const known = nodes?.get(nodeAt(level, position));
      if (known !== undefined && known !== hash) return NOWHERE;
      isKnown = known !== undefined;
    }
    // A last node without a sibling rises as it is.
    if (position % 2 === 1 || position < last) {
      const sibling = path[used];
      used += 1;
      const siblingAt = nodeAt(level, position % 2 === 1 ? position - 1 : position + 1);
      if (sibling === undefined) return NOWHERE;
      if (isKnown) {
        if (nodes?.get(siblingAt) !== sibling) return NOWHERE;
      } else {
        if (!isHashBase64(sibling)) return NOWHERE;
        passed.push([nodeAt(level, position), hash], [siblingAt, sibling]);
        hash = position % 2 === 1 ? nodeHashBase64(sibling, hash) : nodeHashBase64(hash, sibling);
      }
    }
    position = Math.floor(position / 2);
    last = Math.floor(last / 2);
  }
  if (used !== path.length) return NOWHERE;
  return isKnown ? KNOWN : { end: "root", root: Buffer.from(hash, "base64"), passed };
}

function nodeAt(level: number, position: number): number {
  return level * BATCH_MAX + position;
}
