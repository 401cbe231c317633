import { equalBytes, HASH_BYTES, nodeHash, treeRoot } from "./merkle-tree.ts";

/**
 * The proof that the tree over the first `size1` leaves is a prefix of the tree over all (RFC 6962 §2.1.2).
 * Throws a RangeError unless 0 < size1 ≤ the number of leaves: of an empty tree nothing can be proved.
 */
export function consistencyProof(leafHashes: readonly Uint8Array[], size1: number): Uint8Array[] {
  if (!(Number.isSafeInteger(size1) && size1 > 0 && size1 <= leafHashes.length)) throw new RangeError("no such prefix");
  return subProof(leafHashes, size1, true);
}

/** `whole`: the subtree over the first `prefix` leaves is the old tree itself, whose root the verifier has. */
function subProof(leafHashes: readonly Uint8Array[], prefix: number, whole: boolean): Uint8Array[] {
  const size = leafHashes.length;
  if (prefix === size) return whole ? [] : [treeRoot(leafHashes)];
  const split = largestPowerOfTwoBelow(size);
  const left = leafHashes.slice(0, split);
  const right = leafHashes.slice(split);
  if (prefix <= split) return [...subProof(left, prefix, whole), treeRoot(right)];
  return [...subProof(right, prefix - split, false), treeRoot(left)];
}

function largestPowerOfTwoBelow(size: number): number {
  let power = 1;
  while (power * 2 < size) power *= 2;
  return power;
}

type ConsistencyClaim = {
  readonly size1: number;
  readonly size2: number;
  readonly root1: Uint8Array;
  readonly root2: Uint8Array;
  readonly proof: readonly Uint8Array[];
};

/**
 * Whether the tree with size1 and root1 is a prefix of the tree with size2 and root2 (RFC 9162 §2.1.4.2).
 * False for size1 = 0, even against another empty tree: such a proof says nothing and must not pass for one.
 */
export function verifyConsistency(claim: ConsistencyClaim): boolean {
  const { size1, size2, root1, root2, proof } = claim;
  if (!Number.isSafeInteger(size1) || !Number.isSafeInteger(size2) || size1 <= 0 || size1 > size2) return false;
  if (proof.some((hash) => hash.length !== HASH_BYTES)) return false;
  if (size1 === size2) return proof.length === 0 && equalBytes(root1, root2);

  let node = size1 - 1;
  let last = size2 - 1;
  while (node % 2 === 1) {
    node = Math.floor(node / 2);
    last = Math.floor(last / 2);
  }
  // When the old tree is full, its root is the first node of the path and is not sent.
  const path = node === 0 ? [root1, ...proof] : [...proof];
  const first = path.shift();
  if (first === undefined) return false;
  const roots = climb({ node, last, first, path });
  return roots !== null && equalBytes(roots.root1, root1) && equalBytes(roots.root2, root2);
}

type Climb = { node: number; last: number; readonly first: Uint8Array; readonly path: readonly Uint8Array[] };

/** Walks up both trees at once. Null when the path is too long or too short. */
function climb(from: Climb): { root1: Uint8Array; root2: Uint8Array } | null {
  let { node, last } = from;
  let root1 = from.first;
  let root2 = from.first;
  for (const sibling of from.path) {
    if (last === 0) return null;
    if (node % 2 === 1 || node === last) {
      root1 = nodeHash(sibling, root1);
      root2 = nodeHash(sibling, root2);
      while (node % 2 === 0 && node !== 0) {
        node = Math.floor(node / 2);
        last = Math.floor(last / 2);
      }
    } else {
      root2 = nodeHash(root2, sibling);
    }
    node = Math.floor(node / 2);
    last = Math.floor(last / 2);
  }
  return last === 0 ? { root1, root2 } : null;
}
