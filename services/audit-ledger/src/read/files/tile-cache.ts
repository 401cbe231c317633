import type { TileNodes } from "@signalbox/tlog";

/** With the nodes above its hashes a full tile is 16 KiB. */
const TILES_MAX = 1_024;

/** What identifies a tile's content: a width too, for a partial tile is the beginning of the full one. */
type TileName = { readonly level: number; readonly index: number; readonly width: number };

/** Tiles that were read lately. They never change, and whoever is given a proof checks it. */
export class TileCache {
  readonly #read: (tile: TileName) => Promise<TileNodes>;
  /** In the order of their last use. */
  readonly #tiles = new Map<string, TileNodes>();

  constructor(read: (tile: TileName) => Promise<TileNodes>) {
    this.#read = read;
  }

  async read(tile: TileName): Promise<TileNodes> {
    const name = `${tile.level}/${tile.index}/${tile.width}`;
    const nodes = this.#tiles.get(name) ?? (await this.#read(tile));
    this.#tiles.delete(name);
    this.#tiles.set(name, nodes);
    if (this.#tiles.size > TILES_MAX) this.#tiles.delete(this.#tiles.keys().next().value as string);
    return nodes;
  }
}
