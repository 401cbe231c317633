import type { Checkpoint } from "./checkpoint-body.ts";
import type { DocumentChecker } from "./document-checker.ts";
import type { EntryChecker } from "./entry-checker.ts";
import { tampered, unverifiable, type Fault } from "./fault.ts";
import { rootFromInclusion } from "./inclusion-proof.ts";
import type { LogCopy, ReadEntries, ReadHashTile } from "./log-copy.ts";
import { equalBytes, leafHash } from "./merkle-tree.ts";
import { TileNodes } from "./tile-nodes.ts";
import { tilePath, TILE_WIDTH, tileWidth } from "./tile-path.ts";
import { TileRecorder, type RecordedTile } from "./tile-recorder.ts";
import { TileTree } from "./tile-tree.ts";

/** Bundles that are read ahead of the one that is checked. */
const READ_AHEAD = 8;

/** Entries [from, to). */
export type EntryRange = { readonly from: number; readonly to: number };

type LogWalkOptions = {
  readonly copy: LogCopy;
  /** What the log has signed. */
  readonly head: Checkpoint;
  readonly since: Checkpoint | null;
  readonly checker: EntryChecker | null;
  readonly documents: DocumentChecker | null;
  readonly range?: EntryRange | undefined;
  readonly onProgress?: ((leaves: number, size: number) => void) | undefined;
};

type Bundle = {
  readonly index: number;
  readonly width: number;
  readonly entries: ReadEntries;
  readonly tile: ReadHashTile;
};

/** One pass over a log's entries and tiles, from the first leaf to the root. */
export class LogWalk {
  /** How many entries were read. */
  entries = 0;
  /** How many of them are ours. */
  ours = 0;
  /** Which ones were read, in their order; neighbouring ranges are one. */
  readonly ranges: EntryRange[] = [];
  readonly #options: LogWalkOptions;
  readonly #recorder = new TileRecorder();

  constructor(options: LogWalkOptions) {
    this.#options = options;
  }

  /** The first fault; null when all holds. */
  async run(): Promise<Fault | null> {
    const { head, onProgress } = this.#options;
    for await (const bundle of this.#bundles()) {
      const fault = await this.#addBundle(bundle);
      if (fault !== null) return fault;
      onProgress?.(this.#recorder.size, head.size);
    }
    for (const tile of this.#recorder.partialTiles()) {
      const fault = await this.#compareTile(tile);
      if (fault !== null) return fault;
    }
    return this.#compareRoot();
  }

  async *#bundles(): AsyncGenerator<Bundle> {
    const { size } = this.#options.head;
    const count = Math.ceil(size / TILE_WIDTH);
    const ahead: Promise<Bundle>[] = [];
    for (let index = 0; index < count || ahead.length > 0; index += 1) {
      if (index < count) ahead.push(this.#readBundle(index));
      // A rejection is met when its turn comes; until then it must not count as unhandled.
      void ahead.at(-1)?.catch(() => {});
      if (ahead.length > READ_AHEAD || index >= count) yield await (ahead.shift() as Promise<Bundle>);
    }
  }

  async #readBundle(index: number): Promise<Bundle> {
    const { copy, head } = this.#options;
    const width = tileWidth(head.size, { level: 0, index });
    const [entries, tile] = await Promise.all([
      copy.entries({ index, width }),
      copy.hashes({ level: 0, index, width }),
    ]);
    return { index, width, entries, tile };
  }

  /** Whether the bundle must be there. Who leaves it out of what he asks for must not hide it where it is. */
  #isWanted(bundle: number): boolean {
    const { head, range } = this.#options;
    const { from, to } = range ?? { from: 0, to: head.size };
    return Math.min((bundle + 1) * TILE_WIDTH, head.size) > from && bundle * TILE_WIDTH < to;
  }

  async #addBundle(bundle: Bundle): Promise<Fault | null> {
    const fault = await this.#addEntries(bundle);
    // What was named before the fault has smaller indexes.
    return (await this.#options.documents?.check()) ?? fault;
  }

  async #addEntries(bundle: Bundle): Promise<Fault | null> {
    const { index, width, entries, tile } = bundle;
    const first = index * TILE_WIDTH;
    const path = tilePath({ kind: "hashes", level: 0, index, width });
    if (entries.kind === "missing") return this.#addUnread(bundle);
    if (tile.kind === "missing") return unverifiable(first, `${path} is missing`);
    if (tile.kind === "malformed") return tampered(first, `${path} has not the bytes of a tile`);
    for (const [at, bytes] of entries.entries.entries()) {
      const fault = await this.#addEntry(bytes, tile.hashes[at] as Uint8Array);
      if (fault !== null) return fault;
    }
    const next = first + entries.entries.length;
    this.#noteRange(first, next);
    if (entries.kind === "malformed") return tampered(next, "from here on its bundle is not what its lengths say");
    if (next < first + width) {
      return tampered(next, `it is missing: the checkpoint says ${this.#options.head.size} leaves`);
    }
    return null;
  }

  #noteRange(from: number, to: number): void {
    const last = this.ranges.at(-1);
    if (last?.to === from) this.ranges[this.ranges.length - 1] = { from: last.from, to };
    else this.ranges.push({ from, to });
  }

  async #addEntry(bytes: Uint8Array, tileHash: Uint8Array): Promise<Fault | null> {
    const index = this.#recorder.size;
    const hash = leafHash(bytes);
    if (!equalBytes(hash, tileHash)) return tampered(index, await this.#whoseFault(index, { hash, tileHash }));
    const check = this.#options.checker?.check(index, bytes);
    if (check?.kind === "faulty") return tampered(index, check.reason);
    if (check?.kind === "keyless") return unverifiable(index, "a producer signed it, and no producer's key is at hand");
    this.entries += 1;
    if (check?.kind === "sound") {
      this.ours += 1;
      this.#options.documents?.add(index, check.documents);
    }
    return this.#addLeaf(hash);
  }

  /** An entry and its tile differ: which of them is the one that was signed, the other tiles may tell. */
  async #whoseFault(index: number, { hash, tileHash }: { hash: Uint8Array; tileHash: Uint8Array }): Promise<string> {
    const { copy, head } = this.#options;
    const tree = new TileTree(head.size, async (tile) => {
      const read = await copy.hashes(tile);
      if (read.kind !== "read") throw new RangeError("a tile cannot be read");
      return new TileNodes(read.hashes);
    });
    const proof = await tree.inclusionProof(index).catch(() => null);
    const fits = (leaf: Uint8Array): boolean => {
      const root = proof && rootFromInclusion({ index, size: head.size, leafHash: leaf, proof });
      return root !== null && equalBytes(root, head.root);
    };
    if (fits(tileHash)) return "its bytes are not those that the checkpoint covers";
    if (fits(hash)) return "its bytes are those that the checkpoint covers, but the hash tile says otherwise";
    return "its bytes do not have the hash in the tile, and neither fits the checkpoint";
  }

  async #addUnread({ index, width, tile }: Bundle): Promise<Fault | null> {
    const { copy, head, since } = this.#options;
    const first = index * TILE_WIDTH;
    if (this.#isWanted(index)) return unverifiable(first, "the bundle of the entries from here on is missing");
    if (tile.kind === "malformed") return tampered(first, "the hash tile has not the bytes of one");
    if (tile.kind === "read") {
      for (const hash of tile.hashes) {
        const fault = await this.#addLeaf(hash);
        if (fault !== null) return fault;
      }
      return null;
    }
    if (width < TILE_WIDTH) return unverifiable(first, "a hash tile is missing");
    if (since !== null && since.size > first && since.size < first + TILE_WIDTH) {
      return unverifiable(first, `the older checkpoint over ${since.size} leaves ends in a hash tile that is missing`);
    }
    const above = { level: 1, index: Math.floor(index / TILE_WIDTH) };
    const parent = await copy.hashes({ ...above, width: tileWidth(head.size, above) });
    if (parent.kind !== "read") return unverifiable(first, "a hash tile is missing");
    return this.#compareGrown(this.#recorder.addFullTile(parent.hashes[index % TILE_WIDTH] as Uint8Array));
  }

  async #addLeaf(hash: Uint8Array): Promise<Fault | null> {
    return this.#compareGrown(this.#recorder.addLeaf(hash));
  }

  /** The tiles that the tree has filled by growing, and the tree itself where it is as large as the older one was. */
  async #compareGrown(tiles: readonly RecordedTile[]): Promise<Fault | null> {
    const fault = await this.#compareTiles(tiles);
    const { since } = this.#options;
    if (fault !== null || since === null || since.size !== this.#recorder.size) return fault;
    if (equalBytes(await this.#recorder.root(), since.root)) return null;
    return tampered(null, `the first ${since.size} leaves are not those that the older checkpoint covers`);
  }

  async #compareTiles(tiles: readonly RecordedTile[]): Promise<Fault | null> {
    for (const tile of tiles) {
      const fault = await this.#compareTile(tile);
      if (fault !== null) return fault;
    }
    return null;
  }

  /** Level 0 has been compared leaf by leaf. */
  async #compareTile(tile: RecordedTile): Promise<Fault | null> {
    if (tile.level === 0) return null;
    const stored = await this.#options.copy.hashes(tile);
    const path = tilePath(tile);
    const span = TILE_WIDTH ** tile.level;
    const first = tile.index * TILE_WIDTH * span;
    if (stored.kind === "missing") return unverifiable(first, `${path} is missing`);
    if (stored.kind === "malformed") return tampered(first, `${path} has not the bytes of a tile`);
    const at = tile.hashes.findIndex((hash, n) => !equalBytes(hash, stored.hashes[n] as Uint8Array));
    if (at < 0) return null;
    const index = first + at * span;
    return tampered(index, `leaves ${index} to ${index + span - 1} do not have the hash that ${path} holds of them`);
  }

  async #compareRoot(): Promise<Fault | null> {
    const { head, since } = this.#options;
    const root = await this.#recorder.root();
    if (equalBytes(root, head.root)) return null;
    const [found, signed] = [root, head.root].map((hash) => Buffer.from(hash).toString("hex"));
    const held = since === null ? "" : `; the first ${since.size} leaves are those of the older checkpoint`;
    return tampered(null, `the leaves' root is ${found}, the signed one ${signed}${held}`);
  }
}
