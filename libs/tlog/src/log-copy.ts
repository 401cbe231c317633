import { parseEntryBundle, parseTile } from "./tile-bytes.ts";
import { tilePath, TILE_WIDTH, type TileRef } from "./tile-path.ts";

/** Reads what stands at a path below a log's prefix; null when nothing does. A rejection: it could not be looked at. */
export type ReadPath = (path: string) => Promise<Uint8Array | null>;

export type ReadHashTile =
  | { readonly kind: "read"; readonly hashes: readonly Uint8Array[] }
  | { readonly kind: "missing" }
  | { readonly kind: "malformed" };

export type ReadEntries =
  | { readonly kind: "read"; readonly entries: readonly Uint8Array[] }
  | { readonly kind: "missing" }
  | { readonly kind: "malformed" };

/** Tiles and entry bundles of a C2SP log, wherever its files lie. What it returns fits the width and is not checked. */
export class LogCopy {
  readonly #read: ReadPath;

  constructor(read: ReadPath) {
    this.#read = read;
  }

  async text(path: string): Promise<string | null> {
    const bytes = await this.#read(path);
    return bytes === null ? null : Buffer.from(bytes).toString("utf8");
  }

  async hashes(tile: {
    readonly level: number;
    readonly index: number;
    readonly width: number;
  }): Promise<ReadHashTile> {
    const bytes = await this.#readTile({ kind: "hashes", ...tile });
    if (bytes === null) return { kind: "missing" };
    const { width } = tile;
    const hashes = parseTile(bytes, width) ?? parseTile(bytes, TILE_WIDTH)?.slice(0, width);
    return hashes === undefined ? { kind: "malformed" } : { kind: "read", hashes };
  }

  /** The bundle's first `width` entries, or all that it has when it has fewer. */
  async entries(tile: { readonly index: number; readonly width: number }): Promise<ReadEntries> {
    const bytes = await this.#readTile({ kind: "entries", level: 0, ...tile });
    if (bytes === null) return { kind: "missing" };
    const entries = parseEntryBundle(bytes);
    return entries === null ? { kind: "malformed" } : { kind: "read", entries: entries.slice(0, tile.width) };
  }

  /** A log may delete a partial tile as soon as the full one is there, which begins with the same hashes. */
  async #readTile(tile: TileRef): Promise<Uint8Array | null> {
    const bytes = await this.#read(tilePath(tile));
    if (bytes !== null || tile.width === TILE_WIDTH) return bytes;
    return this.#read(tilePath({ ...tile, width: TILE_WIDTH }));
  }
}
