import { SignalboxError } from "@signalbox/proto";
import {
  encodeEntryBundle,
  encodeTile,
  formatLogKeys,
  formatVkey,
  publicKeyFromRaw,
  TILE_WIDTH,
  TileNodes,
  TileTree,
  tileWidth,
  type TileRef,
} from "@signalbox/tlog";
import type { Kysely } from "kysely";
import type { LogKeys } from "../../checkpoint/log-keys.ts";
import type { Database } from "../../database.ts";
import { readDocument, type StoredDocument } from "../read-document.ts";
import { keepLeafTiles } from "./keep-leaf-tiles.ts";
import { leafTile } from "./leaf-tile.ts";
import { hashesOf, readHashes, readHashRun } from "./read-hashes.ts";
import type { Publication, SignedCheckpoint } from "./publication.ts";
import { TileCache } from "./tile-cache.ts";
import { TreeEdge, type Covering } from "./tree-edge.ts";
import type { TreeNodes } from "./tree-nodes.ts";

/** What the log says of itself. */
type LogNames = { readonly keys: LogKeys; readonly witnessPolicy: Buffer | null };

/**
 * The register as the files of a C2SP tlog-tiles log, made from its rows. Nothing beyond the newest checkpoint is
 * there, and what is there never changes but for the checkpoint.
 */
export class LogFiles {
  readonly #db: Kysely<Database>;
  readonly #nodes: TreeNodes;
  readonly #publication: Publication;
  readonly #names: LogNames;
  readonly #tiles: TileCache;
  readonly #edge: TreeEdge;

  constructor(db: Kysely<Database>, parts: { nodes: TreeNodes; publication: Publication; names: LogNames }) {
    this.#db = db;
    this.#nodes = parts.nodes;
    this.#publication = parts.publication;
    this.#names = parts.names;
    this.#tiles = new TileCache(async ({ level, index, width }) => {
      const from = index * TILE_WIDTH;
      const run = await readHashRun(db, level, { from, to: from + width });
      // The nodes above a tile may have been kept without it.
      if (level === 0 && width === TILE_WIDTH) await keepLeafTiles(db, [{ n: String(index), ...leafTile(run) }]);
      return new TileNodes(hashesOf(run));
    });
    this.#edge = new TreeEdge((size) => this.tree(size));
  }

  /** The one that is published; null before the first. */
  checkpoint(): Promise<SignedCheckpoint | null> {
    return this.#publication.shown();
  }

  /** The newest that was signed, for those that do not wait for witnesses; null before the first. */
  newest(): Promise<SignedCheckpoint | null> {
    return this.#publication.newest();
  }

  /** The newest that may be given to somebody who cannot wait any longer. */
  async fallback(): Promise<SignedCheckpoint | null> {
    return this.#publication.isStrict ? null : this.newest();
  }

  /** The policy that checkpoints are witnessed by, as its file says it; null when there is none. */
  get witnessPolicy(): Buffer | null {
    return this.#names.witnessPolicy;
  }

  /** The keys of the log and of its producers, a line each. */
  async vkeys(): Promise<string> {
    const terms = await this.#names.keys.terms();
    const logs = terms.filter(({ retiredIndex }) => retiredIndex === null).map(({ vkey }) => vkey);
    return formatLogKeys({ logs, terms, producers: await this.producerVkeys() });
  }

  /** Each producer's vkey bears the name of its service; in the order in which they were added. */
  async producerVkeys(): Promise<string[]> {
    const rows = await this.#db
      .selectFrom("ledger_producer")
      .select(["service", "public_key"])
      .orderBy("added_at")
      .orderBy("key_id")
      .execute();
    return rows.map(({ service, public_key: raw }) => formatVkey(service, publicKeyFromRaw(raw)));
  }

  /** A tile's bytes; null when the signed tree does not reach so far. Throws `internal` when the rows have a hole. */
  async tile(tile: TileRef): Promise<Buffer | null> {
    const size = (await this.newest())?.size ?? 0;
    if (tile.width > tileWidth(size, tile)) return null;
    const first = tile.index * TILE_WIDTH;
    const range = { from: first, to: first + tile.width };
    if (tile.kind === "entries") return encodeEntryBundle(await this.#entries(range));
    if (tile.level > 0) await this.#nodes.reach(size);
    return encodeTile(await readHashes(this.#db, tile.level, range));
  }

  /** A document that decisions name. Throws `not-found`. */
  document(digest: string): Promise<StoredDocument> {
    return readDocument(this.#db, digest);
  }

  /** Has the published checkpoint read beside what is read of a leaf, which then does not wait for it. */
  expectCovering(): void {
    this.#publication.expectCovering();
  }

  /** A published checkpoint that covers a leaf, with the tree under it; null while there is none. */
  async covering(index: number): Promise<Covering | null> {
    const checkpoint = await this.#publication.covering(index);
    return checkpoint === null ? null : this.#edge.covering(checkpoint, index);
  }

  /** The tree of a size that a checkpoint covers, for proofs. */
  async tree(size: number): Promise<TileTree> {
    await this.#nodes.reach(size);
    return new TileTree(size, (tile) => this.#tiles.read(tile));
  }

  async #entries({ from, to }: { readonly from: number; readonly to: number }): Promise<Buffer[]> {
    const rows = await this.#db
      .selectFrom("ledger_leaf")
      .select("leaf")
      .where("idx", ">=", String(from))
      .where("idx", "<", String(to))
      .orderBy("idx")
      .execute();
    if (rows.length === to - from) return rows.map(({ leaf }) => leaf);
    throw new SignalboxError("internal", "The register has a hole.", {
      cause: new Error(`there are ${rows.length} leaves from ${from} to ${to}`),
    });
  }
}
