import { equalBytes, HASH_BYTES, nodeHash, treeLevels } from "./merkle-tree.ts";

/**
 * The proofs of all leaves of a tree, by index: the sibling hashes from the leaf up to the root (RFC 6962 §2.1.1).
 * One pass over the tree serves all.
 */
export function inclusionProofs(leafHashes: readonly Uint8Array[]): Uint8Array[][] {
  const levels = treeLevels(leafHashes);
  return leafHashes.map((_, index) => proofIn(levels, index));
}

/** The proof that a leaf stands at this index. Throws a RangeError when the tree has no such leaf. */
export function inclusionProof(leafHashes: readonly Uint8Array[], index: number): Uint8Array[] {
  if (!(Number.isSafeInteger(index) && index >= 0 && index < leafHashes.length)) throw new RangeError("no such leaf");
  return proofIn(treeLevels(leafHashes), index);
}

function proofIn(levels: readonly Uint8Array[][], index: number): Uint8Array[] {
  const proof: Uint8Array[] = [];
  let at = index;
  for (const level of levels) {
    const sibling = level[at % 2 === 0 ? at + 1 : at - 1];
    if (sibling !== undefined) proof.push(sibling);
    at = Math.floor(at / 2);
  }
  return proof;
}

type InclusionClaim = {
  readonly index: number;
  readonly size: number;
  readonly leafHash: Uint8Array;
  readonly proof: readonly Uint8Array[];
};

/**
 * The root that a tree of this size must have if the leaf stands at the index and the proof is right
 * (RFC 9162 §2.1.3.2); null when the claim cannot hold for any root.
 */
export function rootFromInclusion(claim: InclusionClaim): Uint8Array | null {
  if (!isIndex(claim.index, claim.size) || claim.leafHash.length !== HASH_BYTES) return null;
  let node = claim.index;
  let last = claim.size - 1;
  let hash = claim.leafHash;
  for (const sibling of claim.proof) {
    if (last === 0 || sibling.length !== HASH_BYTES) return null;
    if (node % 2 === 1 || node === last) {
      hash = nodeHash(sibling, hash);
      // A last node without a sibling rises until it is a right child.
      while (node % 2 === 0 && node !== 0) {
        node = Math.floor(node / 2);
        last = Math.floor(last / 2);
      }
    } else {
      hash = nodeHash(hash, sibling);
    }
    node = Math.floor(node / 2);
    last = Math.floor(last / 2);
  }
  return last === 0 ? hash : null;
}

/** Whether the leaf stands at the index of the tree with this size and root. */
export function verifyInclusion(claim: InclusionClaim & { readonly root: Uint8Array }): boolean {
  const root = rootFromInclusion(claim);
  return root !== null && equalBytes(root, claim.root);
}

function isIndex(index: number, size: number): boolean {
  return Number.isSafeInteger(index) && Number.isSafeInteger(size) && index >= 0 && index < size;
}
