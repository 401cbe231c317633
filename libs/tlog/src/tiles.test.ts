import { readFileSync } from "node:fs";
import { join } from "node:path";
import * as fc from "fast-check";
import { describe, expect, test } from "vitest";
import { consistencyProof } from "./consistency-proof.ts";
import { inclusionProofs } from "./inclusion-proof.ts";
import { leafHash, treeRoot } from "./merkle-tree.ts";
import { encodeEntryBundle, encodeTile, parseTile, readEntryBundle } from "./tile-bytes.ts";
import { TileNodes } from "./tile-nodes.ts";
import { parseTilePath, tilePath, tilesOf, type TileRef } from "./tile-path.ts";
import { consistencyRanges, inclusionRanges, TileTree } from "./tile-tree.ts";

const data = process.env["SHARED_DATA_DIR"];

/** Some hundred thousand hashes, on a machine that has other things to do. */
const EXHAUSTIVE_TIMEOUT_MS = 60_000;

/** Enough for two full tiles of level 1's hashes and a partial one of each level. */
const LEAVES = Array.from({ length: 66_000 }, (_, i) => leafHash(Buffer.from(`leaf ${i}`)));

/** A log's tiles as its store would hold them: level n + 1 from the full tiles of level n. */
function levelsOf(leaves: readonly Uint8Array[]): (readonly Uint8Array[])[] {
  const levels: (readonly Uint8Array[])[] = [leaves];
  for (let level = leaves; level.length >= 256;) {
    const full = Array.from({ length: Math.floor(level.length / 256) }, (_, n) => level.slice(n * 256, n * 256 + 256));
    level = full.map(treeRoot);
    levels.push(level);
  }
  return levels;
}

function treeOf(leaves: readonly Uint8Array[]): TileTree {
  const levels = levelsOf(leaves);
  return new TileTree(leaves.length, async ({ level, index, width }) => {
    const hashes = levels[level]?.slice(index * 256, index * 256 + 256) ?? [];
    expect(hashes).toHaveLength(width);
    return new TileNodes(hashes);
  });
}

function hex(hashes: readonly Uint8Array[]): string[] {
  return hashes.map((hash) => Buffer.from(hash).toString("hex"));
}

describe("a tile's path", () => {
  test.each([
    [{ kind: "hashes", level: 0, index: 1_234_067, width: 256 }, "tile/0/x001/x234/067"],
    [{ kind: "hashes", level: 0, index: 0, width: 112 }, "tile/0/000.p/112"],
    [{ kind: "entries", level: 0, index: 0, width: 256 }, "tile/entries/000"],
    [{ kind: "entries", level: 0, index: 1_000, width: 1 }, "tile/entries/x001/000.p/1"],
    [{ kind: "hashes", level: 63, index: 999, width: 255 }, "tile/63/999.p/255"],
  ] as const)("of %j is %s, there and back", (tile, path) => {
    expect(tilePath(tile)).toBe(path);
    expect(parseTilePath(path)).toEqual(tile);
  });

  test.each([
    "tile/0/0",
    "tile/0/1234",
    "tile/0/x000/001",
    "tile/0/001/002",
    "tile/00/001",
    "tile/64/001",
    "tile/0/001.p/0",
    "tile/0/001.p/256",
    "tile/0/001.p/257",
    "tile/entries/001.p/999",
    "tile/0/001.p/012",
    "tile/0/x001/x234/067/",
    "/tile/0/001",
    "tile/data/001",
    "tile/0/x999/x999/x999/x999/x999/999",
    "tile/0/../001",
    "tile/0/001\n",
  ])("%j is none", (path) => {
    expect(parseTilePath(path)).toBeNull();
  });

  test("is read only as it is written", () => {
    const tile = fc.record({
      kind: fc.constantFrom("hashes" as const, "entries" as const),
      level: fc.nat(63),
      index: fc.nat(2 ** 31),
      width: fc.integer({ min: 1, max: 256 }),
    });
    fc.assert(
      fc.property(tile, (one) => {
        const wanted: TileRef = one.kind === "entries" ? { ...one, level: 0 } : one;
        expect(parseTilePath(tilePath(wanted))).toEqual(wanted);
      }),
    );
    fc.assert(
      fc.property(fc.stringMatching(/^tile\/[0-9a-z./]{0,24}$/), (path) => {
        const parsed = parseTilePath(path);
        expect(parsed === null || tilePath(parsed) === path).toBe(true);
      }),
    );
  });
});

describe("a tree's tiles", () => {
  test.each([
    [0, []],
    [1, ["tile/0/000.p/1"]],
    [256, ["tile/0/000", "tile/1/000.p/1"]],
    [257, ["tile/0/000", "tile/0/001.p/1", "tile/1/000.p/1"]],
  ])("of %i leaves are these", (size, paths) => {
    expect(Array.from(tilesOf(size), tilePath)).toEqual(paths);
  });

  test("of 70,000 leaves are 273 full ones and one of 112, a full one and one of 17, and one of 1", () => {
    const tiles = [...tilesOf(70_000)];
    expect(tiles.filter(({ level, width }) => level === 0 && width === 256)).toHaveLength(273);
    expect(tiles.filter(({ width }) => width < 256)).toMatchObject([
      { level: 0, index: 273, width: 112 },
      { level: 1, index: 1, width: 17 },
      { level: 2, index: 0, width: 1 },
    ]);
    expect(tiles).toHaveLength(273 + 1 + 2 + 1);
  });

  test.skipIf(data === undefined)(
    "have the paths of the vectors (of SHARED_DATA_DIR; skipped where it is unset)",
    () => {
      type Vector = { level?: number; entries?: boolean; index: number; path: string };
      const { path: vectors } = JSON.parse(readFileSync(join(data ?? "", "tlog/tile-path-vectors.json"), "utf8")) as {
        path: Vector[];
      };
      expect(vectors).toHaveLength(3);
      for (const { level = 0, entries = false, index, path } of vectors) {
        expect(parseTilePath(path)).toMatchObject({ kind: entries ? "entries" : "hashes", level, index });
      }
    },
  );
});

describe("proofs from tiles", () => {
  test(
    "are those of the whole tree for every leaf and every two sizes up to 100",
    async () => {
      for (let size = 1; size <= 100; size += 1) {
        const leaves = LEAVES.slice(0, size);
        const tree = treeOf(leaves);
        const proofs = inclusionProofs(leaves);
        expect(hex([await tree.root()])).toEqual(hex([treeRoot(leaves)]));
        for (let at = 0; at < size; at += 1) {
          expect(hex(await tree.inclusionProof(at))).toEqual(hex(proofs[at] ?? []));
          expect(hex(await tree.consistencyProof(at + 1))).toEqual(hex(consistencyProof(leaves, at + 1)));
        }
      }
    },
    EXHAUSTIVE_TIMEOUT_MS,
  );

  test.each([255, 256, 257, 511, 65_536, 66_000])(
    "are those of the whole tree at %i leaves, where tiles begin and end",
    async (size) => {
      const leaves = LEAVES.slice(0, size);
      const tree = treeOf(leaves);
      const proofs = inclusionProofs(leaves);
      for (const at of [0, 1, 254, 255, 256, size >> 1, size - 2, size - 1].filter((index) => index < size)) {
        expect(hex(await tree.inclusionProof(at))).toEqual(hex(proofs[at] ?? []));
        expect(hex(await tree.consistencyProof(at + 1))).toEqual(hex(consistencyProof(leaves, at + 1)));
        expect(hex([await tree.leafHash(at)])).toEqual(hex([LEAVES[at] as Uint8Array]));
      }
      expect(hex([await tree.root()])).toEqual(hex([treeRoot(leaves)]));
    },
    EXHAUSTIVE_TIMEOUT_MS,
  );

  test("are not made of a tile that holds too little", async () => {
    const tree = new TileTree(6, async () => new TileNodes(LEAVES.slice(0, 5)));
    await expect(tree.inclusionProof(0)).rejects.toThrow("does not hold");
  });

  test("of what is not in the tree are refused", () => {
    expect(() => inclusionRanges(3, 3)).toThrow(RangeError);
    expect(() => inclusionRanges(-1, 3)).toThrow(RangeError);
    expect(() => consistencyRanges(0, 3)).toThrow(RangeError);
    expect(() => consistencyRanges(4, 3)).toThrow(RangeError);
    expect(() => new TileTree(0.5, async () => new TileNodes([]))).toThrow(RangeError);
  });
});

describe("a tile's bytes", () => {
  test("are its hashes one after the other, and nothing else", () => {
    const hashes = LEAVES.slice(0, 3);
    const bytes = encodeTile(hashes);
    expect(hex(parseTile(bytes, 3) ?? [])).toEqual(hex(hashes));
    for (const width of [0, 2, 4, 257]) expect(parseTile(bytes, width)).toBeNull();
    expect(parseTile(Buffer.concat([bytes, Buffer.alloc(1)]), 3)).toBeNull();
    expect(() => encodeTile([])).toThrow(RangeError);
    expect(() => encodeTile(LEAVES.slice(0, 257))).toThrow(RangeError);
    expect(() => encodeTile([Buffer.alloc(31)])).toThrow(RangeError);
  });

  test("of an entry bundle are lengths and entries, empty ones too", () => {
    const entries = [Buffer.from("a"), Buffer.alloc(0), Buffer.alloc(65_535, 7)];
    const bytes = encodeEntryBundle(entries);
    expect(bytes.subarray(0, 5).toString("hex")).toBe("0001610000");
    const read = readEntryBundle(bytes, 256);
    expect(read.isWhole).toBe(true);
    expect(hex(read.entries)).toEqual(hex(entries));
    for (const wrong of [bytes.subarray(0, -1), bytes.subarray(0, 1), Buffer.alloc(2 * 257)]) {
      expect(readEntryBundle(wrong, 256).isWhole).toBe(false);
    }
    expect(() => encodeEntryBundle([Buffer.alloc(65_536)])).toThrow(RangeError);
    expect(() => encodeEntryBundle([])).toThrow(RangeError);
  });

  test("of any bundle that is read are those that are written", () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 40 }), (bytes) => {
        const { entries, isWhole } = readEntryBundle(bytes, 256);
        expect(!isWhole || entries.length === 0 || encodeEntryBundle(entries).equals(bytes)).toBe(true);
      }),
    );
  });
});
