import { hash as digest } from "node:crypto";
import { describe, expect, test } from "vitest";
import { consistencyProof, verifyConsistency } from "./consistency-proof.ts";
import { Frontier } from "./frontier.ts";
import { inclusionProof, inclusionProofs, rootFromInclusion, verifyInclusion } from "./inclusion-proof.ts";
import { EMPTY_ROOT, leafHash, nodeHash, treeRoot } from "./merkle-tree.ts";

const SIZE_MAX = 100;
/** Some hundred thousand hashes, on a machine that has other things to do. */
const EXHAUSTIVE_TIMEOUT_MS = 60_000;
const LEAVES = Array.from({ length: SIZE_MAX }, (_, i) => leafHash(Buffer.from(`leaf ${i}`)));

/** The definition of RFC 6962 §2.1 word for word, to hold the level-by-level construction against. */
function rootByDefinition(leaves: readonly Uint8Array[]): Uint8Array {
  if (leaves.length === 0) return EMPTY_ROOT;
  if (leaves.length === 1) return leaves[0] as Uint8Array;
  let split = 1;
  while (split * 2 < leaves.length) split *= 2;
  return nodeHash(rootByDefinition(leaves.slice(0, split)), rootByDefinition(leaves.slice(split)));
}

function flipBit(bytes: Uint8Array, bit: number): Uint8Array {
  const flipped = Uint8Array.from(bytes);
  flipped[bit >> 3] = (flipped[bit >> 3] as number) ^ (1 << (bit & 7));
  return flipped;
}

/** All proofs that differ from this one in one bit of one hash. */
function* flips(proof: readonly Uint8Array[], bits: readonly number[]): Generator<Uint8Array[]> {
  for (const [at, hash] of proof.entries()) {
    for (const bit of bits) yield proof.with(at, flipBit(hash, bit));
  }
}

describe("the tree", () => {
  test("has the published roots of nothing and of an empty leaf, and hashes a node as RFC 6962 says", () => {
    expect(EMPTY_ROOT.toString("hex")).toBe("e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855");
    expect(leafHash(Buffer.alloc(0)).toString("hex")).toBe(
      "6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d",
    );
    const [left, right] = LEAVES as [Buffer, Buffer];
    expect(nodeHash(left, right)).toEqual(digest("sha256", Buffer.concat([Buffer.of(1), left, right]), "buffer"));
  });

  test("has RFC 6962's root at every size, built whole or leaf by leaf", () => {
    const frontier = Frontier.empty();
    for (let size = 0; size <= SIZE_MAX; size += 1) {
      const leaves = LEAVES.slice(0, size);
      expect(Buffer.from(treeRoot(leaves))).toEqual(Buffer.from(rootByDefinition(leaves)));
      expect(Buffer.from(frontier.root())).toEqual(Buffer.from(rootByDefinition(leaves)));
      if (size < SIZE_MAX) frontier.append(LEAVES[size] as Buffer);
    }
  });

  test("goes on from a frontier that was stored at any size", () => {
    for (let size = 0; size < SIZE_MAX; size += 1) {
      const before = Frontier.empty();
      for (const leaf of LEAVES.slice(0, size)) before.append(leaf);
      const after = Frontier.fromBytes(size, before.toBytes());
      const clone = after.clone();
      for (const leaf of LEAVES.slice(size)) clone.append(leaf);
      expect(Buffer.from(clone.root())).toEqual(Buffer.from(treeRoot(LEAVES)));
      expect(after.size).toBe(size);
      expect(Buffer.from(after.root())).toEqual(Buffer.from(before.root()));
    }
  });

  test("refuses a stored frontier that does not fit its size", () => {
    expect(() => Frontier.fromBytes(3, Buffer.alloc(32))).toThrow(RangeError);
    expect(() => Frontier.fromBytes(-1, Buffer.alloc(0))).toThrow(RangeError);
  });
});

describe("an inclusion proof", () => {
  test(
    "holds for every leaf of every tree up to 100 leaves, and fails with a bit of any hash of it flipped",
    () => {
      for (let size = 1; size <= SIZE_MAX; size += 1) {
        const leaves = LEAVES.slice(0, size);
        const root = treeRoot(leaves);
        const proofs = inclusionProofs(leaves);
        for (let index = 0; index < size; index += 1) {
          const claim = { index, size, root, leafHash: LEAVES[index] as Buffer, proof: proofs[index] as Uint8Array[] };
          expect(verifyInclusion(claim)).toBe(true);
          for (const proof of flips(claim.proof, [(index * 37 + size) % 256]))
            expect(verifyInclusion({ ...claim, proof })).toBe(false);
          expect(verifyInclusion({ ...claim, leafHash: flipBit(claim.leafHash, 7) })).toBe(false);
          expect(verifyInclusion({ ...claim, root: flipBit(root, 8) })).toBe(false);
          expect(verifyInclusion({ ...claim, index: index === 0 ? size : index - 1 })).toBe(false);
          expect(verifyInclusion({ ...claim, proof: [...claim.proof, root] })).toBe(false);
          expect(verifyInclusion({ ...claim, proof: claim.proof.slice(1) })).toBe(claim.proof.length === 0);
        }
      }
    },
    EXHAUSTIVE_TIMEOUT_MS,
  );

  test("fails with any single bit of it flipped", () => {
    const leaves = LEAVES.slice(0, 11);
    const claim = { index: 5, size: 11, leafHash: LEAVES[5] as Buffer, proof: inclusionProof(leaves, 5) };
    const root = treeRoot(leaves);
    const bits = Array.from({ length: 256 }, (_, bit) => bit);
    for (const proof of flips(claim.proof, bits)) expect(verifyInclusion({ ...claim, proof, root })).toBe(false);
  });

  test("says nothing for an index that is not in the tree or a hash that is no hash", () => {
    const claim = { index: 0, size: 1, leafHash: LEAVES[0] as Buffer, proof: [] };
    expect(rootFromInclusion(claim)).not.toBeNull();
    for (const index of [-1, 1, 0.5, Number.NaN]) expect(rootFromInclusion({ ...claim, index })).toBeNull();
    for (const size of [0, -1, Infinity]) expect(rootFromInclusion({ ...claim, size })).toBeNull();
    expect(rootFromInclusion({ ...claim, leafHash: Buffer.alloc(31) })).toBeNull();
    expect(rootFromInclusion({ ...claim, size: 2, proof: [Buffer.alloc(33)] })).toBeNull();
    expect(() => inclusionProof(LEAVES, SIZE_MAX)).toThrow(RangeError);
  });
});

describe("a consistency proof", () => {
  test(
    "holds between every two trees up to 100 leaves, and fails with a bit of any hash flipped",
    () => {
      for (let size2 = 1; size2 <= SIZE_MAX; size2 += 1) {
        const leaves = LEAVES.slice(0, size2);
        const root2 = treeRoot(leaves);
        for (let size1 = 1; size1 <= size2; size1 += 1) {
          const root1 = treeRoot(LEAVES.slice(0, size1));
          const claim = { size1, size2, root1, root2, proof: consistencyProof(leaves, size1) };
          expect(verifyConsistency(claim)).toBe(true);
          for (const proof of flips(claim.proof, [(size1 * 37 + size2) % 256]))
            expect(verifyConsistency({ ...claim, proof })).toBe(false);
          expect(verifyConsistency({ ...claim, root1: flipBit(root1, 3) })).toBe(false);
          expect(verifyConsistency({ ...claim, root2: flipBit(root2, 3) })).toBe(false);
          expect(verifyConsistency({ ...claim, proof: [...claim.proof, root1] })).toBe(false);
          expect(verifyConsistency({ ...claim, proof: claim.proof.slice(1) })).toBe(claim.proof.length === 0);
        }
      }
    },
    EXHAUSTIVE_TIMEOUT_MS,
  );

  test("is never accepted from the empty tree, not even to itself", () => {
    const empty = { root1: EMPTY_ROOT, root2: EMPTY_ROOT, proof: [] };
    expect(verifyConsistency({ ...empty, size1: 0, size2: 0 })).toBe(false);
    expect(verifyConsistency({ ...empty, size1: 0, size2: 5, root2: treeRoot(LEAVES.slice(0, 5)) })).toBe(false);
    expect(() => consistencyProof(LEAVES, 0)).toThrow(RangeError);
  });
});
