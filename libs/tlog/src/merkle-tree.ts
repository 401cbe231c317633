import { hash } from "node:crypto";

export const HASH_BYTES = 32;

/** The root of the tree without leaves: SHA-256 of nothing. */
export const EMPTY_ROOT: Buffer = hash("sha256", "", "buffer");

/**
 * What is hashed (a prefix byte, then a leaf or two nodes) is put together here, so that no hash needs a buffer of its
 * own.
 */
const LEAF_INPUT = Buffer.alloc(1 + 65_535, 0x00);
const EMPTY = new Uint8Array();
const NODE_INPUT = Buffer.alloc(1 + 2 * HASH_BYTES, 0x01);

/** RFC 6962 §2.1: `SHA-256(0x00 || entry)`. */
export function leafHash(entry: Uint8Array): Buffer {
  return leafHashOfParts(entry, EMPTY);
}

/** `leafHash` of an entry that is given in two parts. */
export function leafHashOfParts(first: Uint8Array, second: Uint8Array): Buffer {
  const bytes = 1 + first.length + second.length;
  const input = bytes <= LEAF_INPUT.length ? LEAF_INPUT.subarray(0, bytes) : Buffer.alloc(bytes, 0x00);
  input.set(first, 1);
  input.set(second, 1 + first.length);
  return sha256(input);
}

/** RFC 6962 §2.1: `SHA-256(0x01 || left || right)`. */
export function nodeHash(left: Uint8Array, right: Uint8Array): Buffer {
  NODE_INPUT.set(left, 1);
  NODE_INPUT.set(right, 1 + HASH_BYTES);
  return sha256(NODE_INPUT);
}

/** `nodeHash` from and to base64, for hashes that are mostly compared as texts: no buffer is made. */
export function nodeHashBase64(left: string, right: string): string {
  NODE_INPUT.write(left, 1, HASH_BYTES, "base64");
  NODE_INPUT.write(right, 1 + HASH_BYTES, HASH_BYTES, "base64");
  return hash("sha256", NODE_INPUT, "base64");
}

/** By way of a string, because a buffer that `hash` makes is not from the pool, and costs more than the hash itself. */
function sha256(bytes: Uint8Array): Buffer {
  return Buffer.from(hash("sha256", bytes, "binary"), "binary");
}

/**
 * All levels of the tree over these leaf hashes, leaves first. A last node without a sibling rises unchanged, which is
 * the same tree as RFC 6962's split at the largest power of two.
 */
export function treeLevels(leafHashes: readonly Uint8Array[]): Uint8Array[][] {
  let level = [...leafHashes];
  const levels = [level];
  while (level.length > 1) {
    const above: Uint8Array[] = [];
    for (let i = 0; i + 1 < level.length; i += 2) {
      above.push(nodeHash(level[i] as Uint8Array, level[i + 1] as Uint8Array));
    }
    if (level.length % 2 === 1) above.push(level[level.length - 1] as Uint8Array);
    levels.push(above);
    level = above;
  }
  return levels;
}

/** The root over these leaf hashes. */
export function treeRoot(leafHashes: readonly Uint8Array[]): Uint8Array {
  return treeLevels(leafHashes).at(-1)?.[0] ?? EMPTY_ROOT;
}

/** Whether bytes are equal. Hashes are public, so the time it takes says nothing. */
export function equalBytes(a: Uint8Array, b: Uint8Array): boolean {
  return Buffer.compare(a, b) === 0;
}
