import { EMPTY_ROOT, HASH_BYTES, TILE_WIDTH, treeLevels } from "@signalbox/tlog";
import { hashesOf } from "./read-hashes.ts";

/** A tile spans so many levels of the tree, each with half the nodes of the one below it. */
const TILE_LEVELS = 8;
/** The nodes of all these levels; the tile's own root is kept with those of other tiles. */
const NODES = 2 * TILE_WIDTH - 2;

/**
 * The tree over a full tile of leaves' hashes: its root, and the nodes below it as `ledger_tile` keeps them, level by
 * level from the leaves up.
 */
export function leafTile(hashes: Buffer): { readonly nodes: Buffer; readonly root: Buffer } {
  if (hashes.length !== TILE_WIDTH * HASH_BYTES) throw new RangeError("a full tile holds 256 hashes");
  const levels = treeLevels(hashesOf(hashes));
  const root = levels.pop()?.[0] ?? EMPTY_ROOT;
  return { nodes: Buffer.concat(levels.flat()), root: Buffer.from(root) };
}

/**
 * The siblings of a leaf in its tile, from the leaf up, as an expression over a row of `ledger_tile`: level h begins
 * after 512 - 512 / 2^h nodes, and two siblings differ in the last bit of their places.
 */
export function siblingsSql(tile: string, index: string): string {
  const slices = Array.from({ length: TILE_LEVELS }, (_, height) => {
    const node = `${NODES + 2 - ((NODES + 2) >> height)} + ((${index} % ${TILE_WIDTH})::int >> ${height} # 1)`;
    return `substring(${tile}.nodes from 1 + ${HASH_BYTES} * (${node}) for ${HASH_BYTES})`;
  });
  return slices.join(" || ");
}
