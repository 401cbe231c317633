import { expect, test } from "vitest";
import { decodeBase64, encodeBase64 } from "./base64.ts";
import { BatchCache, type BatchClaim } from "./batch-cache.ts";
import { inclusionProofs } from "./inclusion-proof.ts";
import { equalBytes, leafHash, treeRoot } from "./merkle-tree.ts";

const SIG = Buffer.alloc(64, 7);

function batchOf(size: number): { claims: BatchClaim[]; root: Uint8Array } {
  const hashes = Array.from({ length: size }, (_, at) => leafHash(Buffer.from(`event ${at} of ${size}`)));
  const paths = inclusionProofs(hashes);
  const claims = hashes.map((hash, index) => {
    return {
      keyId: "key",
      sig: SIG,
      leafHash: hash,
      batch: { index, size, path: (paths[index] as Uint8Array[]).map(encodeBase64) },
    };
  });
  return { claims, root: treeRoot(hashes) };
}

function flip(bytes: Uint8Array): Uint8Array {
  const other = Uint8Array.from(bytes);
  other[0] = (other[0] ?? 0) ^ 1;
  return other;
}

/** The claim with one hash of its path changed, one taken away, one more, and another place. */
function wrongs(claim: BatchClaim): BatchClaim[] {
  const { path, index, size } = claim.batch;
  const paths = path.map((hash, at) => path.with(at, encodeBase64(flip(decodeBase64(hash) as Buffer))));
  const places = [(index + 1) % size, index + size, -1].filter((place) => place !== index);
  return [
    ...[...paths, path.slice(0, -1), [...path, encodeBase64(SIG.subarray(0, 32))]].map((other) => {
      return { ...claim, batch: { index, size, path: other } };
    }),
    ...places.map((place) => ({ ...claim, batch: { index: place, size, path } })),
    { ...claim, leafHash: flip(claim.leafHash) },
  ];
}

test("every event of a batch of any size holds, at one look at the signature, and nothing else does", () => {
  for (let size = 2; size <= 33; size += 1) {
    const { claims, root } = batchOf(size);
    const batches = new BatchCache();
    let looks = 0;
    const verifyRoot = (claimed: Uint8Array): boolean => {
      looks += 1;
      return equalBytes(claimed, root);
    };
    for (const claim of claims) {
      expect(batches.check(claim, verifyRoot)).toBe(true);
      for (const wrong of wrongs(claim)) expect(batches.check(wrong, verifyRoot)).toBe(false);
    }
    expect(looks).toBe(1);
  }
});

test("a wrong path is refused before and after the right one, whichever event of the batch comes first", () => {
  const { claims, root } = batchOf(11);
  for (const first of claims) {
    const batches = new BatchCache();
    const verifyRoot = (claimed: Uint8Array): boolean => equalBytes(claimed, root);
    for (const wrong of wrongs(first)) expect(batches.check(wrong, verifyRoot)).toBe(false);
    expect(batches.check(first, verifyRoot)).toBe(true);
    for (const claim of claims) for (const wrong of wrongs(claim)) expect(batches.check(wrong, verifyRoot)).toBe(false);
    for (const claim of claims) expect(batches.check(claim, verifyRoot)).toBe(true);
  }
});

test("a forged batch costs one look at its signature, however many events it has", () => {
  const { claims } = batchOf(40);
  const batches = new BatchCache();
  let looks = 0;
  for (const claim of claims) {
    const holds = batches.check(claim, () => {
      looks += 1;
      return false;
    });
    expect(holds).toBe(false);
  }
  expect(looks).toBe(1);
});

test("the oldest batch gives way to the five-hundred-and-thirteenth", () => {
  const batches = new BatchCache();
  const { claims } = batchOf(2);
  const [claim] = claims as [BatchClaim];
  let looks = 0;
  const look = (at: number): boolean => {
    return batches.check({ ...claim, keyId: `key ${at}` }, () => {
      looks += 1;
      return true;
    });
  };
  for (let at = 0; at <= 512; at += 1) expect(look(at)).toBe(true);
  look(512);
  expect(looks).toBe(513);
  look(0);
  expect(looks).toBe(514);
});
