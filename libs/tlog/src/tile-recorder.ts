import { treeRoot } from "./merkle-tree.ts";
import { TILE_WIDTH, type TileRef } from "./tile-path.ts";
import { TileNodes } from "./tile-nodes.ts";
import { TileTree } from "./tile-tree.ts";

/** A tile as it must be. */
export type RecordedTile = TileRef & { readonly hashes: readonly Uint8Array[] };

/**
 * Builds a tree's tiles from its hashes, from left to right. It holds one unfinished tile for each level, and so as
 * much for ten leaves as for ten million.
 */
export class TileRecorder {
  readonly #levels: { index: number; hashes: Uint8Array[] }[] = [];
  #size = 0;

  /** How many leaves are in the tree. */
  get size(): number {
    return this.#size;
  }

  /** Adds a leaf's hash; returns the tiles that it fills, lowest level first. */
  addLeaf(hash: Uint8Array): RecordedTile[] {
    this.#size += 1;
    return this.#add(0, hash);
  }

  /** Adds 256 leaves by the root over them, where they begin a tile. Throws a RangeError elsewhere. */
  addFullTile(root: Uint8Array): RecordedTile[] {
    if (this.#size % TILE_WIDTH !== 0) throw new RangeError("a full tile begins where another ended");
    this.#size += TILE_WIDTH;
    this.#level(0).index += 1;
    return this.#add(1, root);
  }

  /** The tiles that are not full, lowest level first. */
  partialTiles(): RecordedTile[] {
    return this.#levels.flatMap(({ index, hashes }, level) => {
      return hashes.length === 0 ? [] : [recorded({ level, index, hashes })];
    });
  }

  root(): Promise<Uint8Array> {
    // The right edge of every level is all that the root needs.
    return new TileTree(this.#size, async ({ level }) => new TileNodes(this.#level(level).hashes)).root();
  }

  #add(level: number, hash: Uint8Array): RecordedTile[] {
    const tile = this.#level(level);
    tile.hashes.push(hash);
    if (tile.hashes.length < TILE_WIDTH) return [];
    const full = recorded({ level, ...tile });
    this.#levels[level] = { index: tile.index + 1, hashes: [] };
    return [full, ...this.#add(level + 1, treeRoot(full.hashes))];
  }

  #level(level: number): { index: number; hashes: Uint8Array[] } {
    const known = this.#levels[level];
    if (known !== undefined) return known;
    const fresh = { index: 0, hashes: [] };
    this.#levels[level] = fresh;
    return fresh;
  }
}

function recorded(tile: { level: number; index: number; hashes: readonly Uint8Array[] }): RecordedTile {
  return { kind: "hashes", width: tile.hashes.length, ...tile };
}
