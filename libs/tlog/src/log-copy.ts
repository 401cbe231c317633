import { parseTile, readEntryBundle } from "./tile-bytes.ts";
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
  /** `entries` are those that stand before what is wrong. */
  | { readonly kind: "malformed"; readonly entries: readonly Uint8Array[] };

/** A tile's file, and how wide its path says that it is. */
type FoundTile = { readonly bytes: Uint8Array; readonly width: number };

/** Tiles and entry bundles of a C2SP log, wherever its files lie. What it returns fits the width and is not checked. */
export class LogCopy {
  readonly #read: ReadPath;

  constructor(read: ReadPath) {
    this.#read = read;
  }

  async hashes(tile: {
    readonly level: number;
    readonly index: number;
    readonly width: number;
  }): Promise<ReadHashTile> {
    const found = await this.#readTile({ kind: "hashes", ...tile });
    if (found === null) return { kind: "missing" };
    const hashes = parseTile(found.bytes, found.width);
    return hashes === null ? { kind: "malformed" } : { kind: "read", hashes: hashes.slice(0, tile.width) };
  }

  /** The bundle's first `width` entries, or all that it has when it has fewer. */
  async entries(tile: { readonly index: number; readonly width: number }): Promise<ReadEntries> {
    const found = await this.#readTile({ kind: "entries", level: 0, ...tile });
    if (found === null) return { kind: "missing" };
    const { entries, isWhole } = readEntryBundle(found.bytes, found.width);
    // What a bundle holds beyond its width no checkpoint covers, and a reader would take it for entries.
    return { kind: isWhole ? "read" : "malformed", entries: entries.slice(0, tile.width) };
  }

  /** A log may delete a partial tile as soon as the full one is there, which begins with the same hashes. */
  async #readTile(tile: TileRef): Promise<FoundTile | null> {
    if (tile.width === TILE_WIDTH) return this.#readFull(tile);
    try {
      const bytes = await this.#read(tilePath(tile));
      return bytes === null ? await this.#readFull(tile) : { bytes, width: tile.width };
    } catch (error) {
      // Some stores refuse what is not there, rather than saying so.
      const full = await this.#readFull(tile).catch(() => null);
      if (full === null) throw error;
      return full;
    }
  }

  async #readFull(tile: TileRef): Promise<FoundTile | null> {
    const bytes = await this.#read(tilePath({ ...tile, width: TILE_WIDTH }));
    return bytes === null ? null : { bytes, width: TILE_WIDTH };
  }
}
