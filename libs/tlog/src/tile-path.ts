/** C2SP tlog-tiles: 256 hashes, or entries, in a full tile; 8 levels of the tree in each. */
export const TILE_WIDTH = 256;

/** 2^53 leaves need seven levels of tiles; the format allows 64. */
const TILE_LEVELS_MAX = 63;

/** One tile: the hashes of a level, or the entries below level 0. `width` is 256 for a full one. */
export type TileRef = {
  readonly kind: "hashes" | "entries";
  /** 0 for the leaves' hashes and for entries. */
  readonly level: number;
  readonly index: number;
  readonly width: number;
};

/**
 * The path below the log's prefix: `tile/<L>/<N>[.p/<W>]` or `tile/entries/<N>[.p/<W>]`, N in groups of three digits.
 */
export function tilePath(tile: TileRef): string {
  const level = tile.kind === "entries" ? "entries" : String(tile.level);
  const partial = tile.width === TILE_WIDTH ? "" : `.p/${tile.width}`;
  return `tile/${level}/${indexPath(tile.index)}${partial}`;
}

function indexPath(index: number): string {
  let path = String(index % 1_000).padStart(3, "0");
  for (let rest = Math.floor(index / 1_000); rest > 0; rest = Math.floor(rest / 1_000)) {
    path = `x${String(rest % 1_000).padStart(3, "0")}/${path}`;
  }
  return path;
}

const PATH = /^tile\/(entries|0|[1-9][0-9]?)\/((?:x[0-9]{3}\/){0,5}[0-9]{3})(?:\.p\/([1-9][0-9]{0,2}))?$/;

/** Reads a path; null unless it is exactly what `tilePath` gives, so that a tile has one path. */
export function parseTilePath(path: string): TileRef | null {
  const match = PATH.exec(path);
  if (match === null) return null;
  const level = match[1] === "entries" ? 0 : Number(match[1]);
  const index = Number((match[2] as string).replaceAll(/[x/]/g, ""));
  const width = match[3] === undefined ? TILE_WIDTH : Number(match[3]);
  if (level > TILE_LEVELS_MAX || width > TILE_WIDTH || !Number.isSafeInteger(index)) return null;
  const tile: TileRef = { kind: match[1] === "entries" ? "entries" : "hashes", level, index, width };
  return tilePath(tile) === path ? tile : null;
}

/** How many hashes the level's tiles hold together in a tree of this size: one for each 256^level leaves. */
export function levelWidth(size: number, level: number): number {
  return Math.floor(size / TILE_WIDTH ** level);
}

/** How wide this tile is in a tree of this size; 0 when the tree does not reach it. */
export function tileWidth(size: number, { level, index }: { readonly level: number; readonly index: number }): number {
  return Math.max(0, Math.min(TILE_WIDTH, levelWidth(size, level) - index * TILE_WIDTH));
}

/**
 * All hash tiles of a tree of this size, level by level and from left to right, the partial ones as they stand at it.
 */
export function* tilesOf(size: number): Generator<TileRef> {
  for (let level = 0; levelWidth(size, level) > 0; level += 1) {
    const count = Math.ceil(levelWidth(size, level) / TILE_WIDTH);
    for (let index = 0; index < count; index += 1) {
      yield { kind: "hashes", level, index, width: tileWidth(size, { level, index }) };
    }
  }
}
