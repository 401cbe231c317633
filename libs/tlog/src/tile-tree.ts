import { EMPTY_ROOT, nodeHash } from "./merkle-tree.ts";
import type { TileNodes } from "./tile-nodes.ts";
import { TILE_WIDTH, tileWidth } from "./tile-path.ts";

/** Leaves [start, end) of a tree. */
type LeafRange = { readonly start: number; readonly end: number };

/** Reads the hashes of a tile of the width that it has in the tree. A rejection ends what needed them. */
type ReadHashes = (tile: {
  readonly level: number;
  readonly index: number;
  readonly width: number;
}) => Promise<TileNodes>;

/** 256 = 2^8: a tile spans eight levels of the tree. */
const TILE_HEIGHT = 8;

/**
 * Proofs over a tree of which only tiles are at hand. An instance keeps each tile that it has read, so it serves a few
 * proofs and no more. Tiles are not checked: whoever asks for a proof holds it against a signed root.
 */
export class TileTree {
  readonly size: number;
  readonly #read: ReadHashes;
  readonly #tiles = new Map<string, Promise<TileNodes>>();

  constructor(size: number, read: ReadHashes) {
    if (!Number.isSafeInteger(size) || size < 0) throw new RangeError("a tree's size is a non-negative safe integer");
    this.size = size;
    this.#read = read;
  }

  async root(): Promise<Uint8Array> {
    return this.size === 0 ? EMPTY_ROOT : this.rangeRoot({ start: 0, end: this.size });
  }

  /** RFC 6962 §2.1.1. Throws a RangeError when the tree has no such leaf. */
  inclusionProof(index: number): Promise<Uint8Array[]> {
    return Promise.all(inclusionRanges(index, this.size).map((range) => this.rangeRoot(range)));
  }

  /** RFC 6962 §2.1.2. Throws a RangeError unless 0 < size1 ≤ size. */
  consistencyProof(size1: number): Promise<Uint8Array[]> {
    return Promise.all(consistencyRanges(size1, this.size).map((range) => this.rangeRoot(range)));
  }

  async leafHash(index: number): Promise<Uint8Array> {
    return this.rangeRoot({ start: index, end: index + 1 });
  }

  /** The root over these leaves: `MTH(D[start:end])`. The range must be one that a proof needs. */
  async rangeRoot({ start, end }: LeafRange): Promise<Uint8Array> {
    const size = end - start;
    const split = largestPowerOfTwoUpTo(size);
    if (split === size) return this.#subtreeRoot(start, size);
    const left = this.#subtreeRoot(start, split);
    const right = this.rangeRoot({ start: start + split, end });
    return nodeHash(await left, await right);
  }

  /** The root of a full subtree: one hash of a tile, or the root over some of its hashes. */
  async #subtreeRoot(start: number, size: number): Promise<Uint8Array> {
    const height = Math.log2(size);
    const level = Math.floor(height / TILE_HEIGHT);
    const count = 2 ** (height % TILE_HEIGHT);
    const first = start / TILE_WIDTH ** level;
    const index = Math.floor(first / TILE_WIDTH);
    return (await this.#tile(level, index)).subtreeRoot(first % TILE_WIDTH, count);
  }

  #tile(level: number, index: number): Promise<TileNodes> {
    const name = `${level}/${index}`;
    const known = this.#tiles.get(name);
    if (known !== undefined) return known;
    const tile = this.#read({ level, index, width: tileWidth(this.size, { level, index }) });
    this.#tiles.set(name, tile);
    return tile;
  }
}

/** The ranges of leaves whose roots prove that a leaf stands at the index, from the leaf up to the root. */
export function inclusionRanges(index: number, size: number): LeafRange[] {
  if (!(Number.isSafeInteger(size) && Number.isSafeInteger(index) && index >= 0 && index < size)) {
    throw new RangeError("no such leaf");
  }
  const ranges: LeafRange[] = [];
  let [start, end] = [0, size];
  while (end - start > 1) {
    const split = start + largestPowerOfTwoUpTo(end - start - 1);
    if (index < split) {
      ranges.push({ start: split, end });
      end = split;
    } else {
      ranges.push({ start, end: split });
      start = split;
    }
  }
  return ranges.toReversed();
}

/**
 * The ranges of leaves whose roots prove that the tree over the first `size1` leaves is a prefix of that over `size2`.
 */
export function consistencyRanges(size1: number, size2: number): LeafRange[] {
  const sizes = Number.isSafeInteger(size1) && Number.isSafeInteger(size2);
  if (!(sizes && size1 > 0 && size1 <= size2)) throw new RangeError("no such prefix");
  const ranges: LeafRange[] = [];
  let [start, end] = [0, size2];
  while (size1 !== end) {
    const split = start + largestPowerOfTwoUpTo(end - start - 1);
    if (size1 <= split) {
      ranges.push({ start: split, end });
      end = split;
    } else {
      ranges.push({ start, end: split });
      start = split;
    }
  }
  // The old tree itself is not sent: the verifier has its root.
  if (start > 0) ranges.push({ start, end });
  return ranges.toReversed();
}

function largestPowerOfTwoUpTo(size: number): number {
  let power = 1;
  while (power * 2 <= size) power *= 2;
  return power;
}
