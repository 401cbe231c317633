import { HASH_BYTES, nodeHash, TILE_WIDTH } from "@signalbox/tlog";

/** A tile spans so many levels of the tree, each with half the nodes of the one below it. */
export const TILE_LEVELS = 8;
/** The nodes of all these levels; the tile's own root is kept with those of other tiles. */
const NODES = 2 * TILE_WIDTH - 2;

/**
 * The tree over a full tile of leaves' hashes: its root, and the nodes below it as `ledger_tile` keeps them, level by level
 * from the leaves up.
 */
export function leafTile(hashes: Buffer): { readonly nodes: Buffer; readonly root: Buffer } {
  if (hashes.length !== TILE_WIDTH * HASH_BYTES) throw new RangeError("a full tile holds 256 hashes");
  const nodes = Buffer.alloc(NODES * HASH_BYTES);
  hashes.copy(nodes);
  for (let at = 0, made = TILE_WIDTH; made < NODES; at += 2, made += 1) {
    nodes.set(nodeHash(nodeAt(nodes, at), nodeAt(nodes, at + 1)), made * HASH_BYTES);
  }
  return { nodes, root: nodeHash(nodeAt(nodes, NODES - 2), nodeAt(nodes, NODES - 1)) };
}

/**
 * The siblings of a leaf in its tile, from the leaf up, as an expression over a row of `ledger_tile`: level h begins after
 * 512 - 512 / 2^h nodes, and two siblings differ in the last bit of their places.
 */
export function siblingsSql(tile: string, index: string): string {
  const slices = Array.from({ length: TILE_LEVELS }, (_, height) => {
    const node = `${NODES + 2 - ((NODES + 2) >> height)} + ((${index} % ${TILE_WIDTH})::int >> ${height} # 1)`;
    return `substring(${tile}.nodes from 1 + ${HASH_BYTES} * (${node}) for ${HASH_BYTES})`;
  });
  return slices.join(" || ");
}

function nodeAt(nodes: Buffer, at: number): Buffer {
  return nodes.subarray(at * HASH_BYTES, (at + 1) * HASH_BYTES);
}
