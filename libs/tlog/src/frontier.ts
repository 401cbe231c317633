import { EMPTY_ROOT, HASH_BYTES, nodeHash } from "./merkle-tree.ts";

/**
 * The right edge of a growing RFC 6962 tree: the roots of its full subtrees, largest first, one for each bit that is
 * set in the size. It is all that appending and computing the root need.
 */
export class Frontier {
  #size: number;
  readonly #hashes: Uint8Array[];

  private constructor(size: number, hashes: Uint8Array[]) {
    this.#size = size;
    this.#hashes = hashes;
  }

  static empty(): Frontier {
    return new Frontier(0, []);
  }

  /** Reads what `toBytes` wrote. Throws a RangeError when the bytes do not fit the size. */
  static fromBytes(size: number, bytes: Uint8Array): Frontier {
    if (!Number.isSafeInteger(size) || size < 0) throw new RangeError("a tree's size is a non-negative safe integer");
    if (bytes.length !== setBits(size) * HASH_BYTES) throw new RangeError("the frontier does not fit the tree's size");
    const hashes: Uint8Array[] = [];
    for (let at = 0; at < bytes.length; at += HASH_BYTES) hashes.push(bytes.slice(at, at + HASH_BYTES));
    return new Frontier(size, hashes);
  }

  /** How many leaves the tree has. */
  get size(): number {
    return this.#size;
  }

  append(leafHash: Uint8Array): void {
    let node = leafHash;
    // Each low bit that is set is a full subtree as large as the one that `node` is the root of by now.
    for (let rest = this.#size; rest % 2 === 1; rest = Math.floor(rest / 2)) {
      node = nodeHash(this.#hashes.pop() as Uint8Array, node);
    }
    this.#hashes.push(node);
    this.#size += 1;
  }

  root(): Uint8Array {
    const last = this.#hashes.at(-1);
    if (last === undefined) return EMPTY_ROOT;
    return this.#hashes.slice(0, -1).reduceRight((right, left) => nodeHash(left, right), last);
  }

  /** The hashes one after the other, largest subtree first. */
  toBytes(): Buffer {
    return Buffer.concat(this.#hashes);
  }

  clone(): Frontier {
    return new Frontier(this.#size, [...this.#hashes]);
  }
}

function setBits(size: number): number {
  let count = 0;
  for (let rest = size; rest > 0; rest = Math.floor(rest / 2)) count += rest % 2;
  return count;
}
