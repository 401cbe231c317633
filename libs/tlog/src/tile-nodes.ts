import { treeLevels } from "./merkle-tree.ts";

/** A tile's hashes with the nodes of the tree above them, which are computed once and when they are first asked for. */
export class TileNodes {
  readonly hashes: readonly Uint8Array[];
  #levels: Uint8Array[][] | null = null;

  constructor(hashes: readonly Uint8Array[]) {
    this.hashes = hashes;
  }

  /**
   * The root over `count` hashes from `from` on, a full subtree: `count` is a power of two and divides `from`.
   * Throws a RangeError when the tile does not hold all of them.
   */
  subtreeRoot(from: number, count: number): Uint8Array {
    this.#levels ??= treeLevels(this.hashes);
    const node = from + count > this.hashes.length ? undefined : this.#levels[Math.log2(count)]?.[from / count];
    if (node === undefined) throw new RangeError("the tile does not hold this subtree");
    return node;
  }
}
