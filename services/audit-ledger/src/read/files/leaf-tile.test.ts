import { hash } from "node:crypto";
import { HASH_BYTES, inclusionProof, treeRoot } from "@signalbox/tlog";
import { expect, test } from "vitest";
import { leafTile } from "./leaf-tile.ts";

const hashes = Array.from({ length: 256 }, (_, at) => hash("sha256", String(at), "buffer"));

test("a tile's root is that of the tree over its hashes", () => {
  expect(leafTile(Buffer.concat(hashes)).root).toEqual(Buffer.from(treeRoot(hashes)));
});

test("the nodes hold every leaf's siblings, level by level", () => {
  const { nodes } = leafTile(Buffer.concat(hashes));
  for (const index of [0, 1, 100, 255]) {
    const siblings = Array.from({ length: 8 }, (_, height) => {
      const at = 512 - (512 >> height) + ((index >> height) ^ 1);
      return nodes.subarray(at * HASH_BYTES, (at + 1) * HASH_BYTES);
    });
    expect(siblings).toEqual(inclusionProof(hashes, index));
  }
});

test("a tile that is not full has none", () => {
  expect(() => leafTile(Buffer.concat(hashes.slice(1)))).toThrow(RangeError);
});
