import type { Logger } from "@signalbox/kit";
import { HASH_BYTES, levelWidth, TILE_WIDTH } from "@signalbox/tlog";
import type { Kysely } from "kysely";
import type { Database } from "../../database.ts";
import { keepLeafTiles } from "./keep-leaf-tiles.ts";
import { leafTile } from "./leaf-tile.ts";
import { readHashRun } from "./read-hashes.ts";

/** How many full tiles are read and hashed at once, which is a millisecond's work: other proofs go on in between. */
const PAGE_TILES = 4;
const TILE_BYTES = TILE_WIDTH * HASH_BYTES;
const CHECK_EVERY_MS = 1_000;
/** While the log grows, so that a new checkpoint leaves little to do for the first proof under it. */
const CHECK_GROWING_EVERY_MS = 100;

/**
 * Keeps `ledger_node` and `ledger_tile` up with the log: the roots over full tiles, and the nodes below the roots of
 * the leaves' tiles, each computed once. They follow from the leaves, so any instance may compute them, and two at the
 * same time.
 */
export class TreeNodes implements AsyncDisposable {
  readonly #db: Kysely<Database>;
  #timer: NodeJS.Timeout | null = null;
  /** How many nodes of each level there are, from level 1 on; read once. */
  #counts: number[] | null = null;
  #filling: Promise<void> = Promise.resolve();
  #isStopped = false;

  constructor(db: Kysely<Database>, log: Logger, size: () => Promise<number>) {
    this.#db = db;
    let seen = 0;
    const check = async (): Promise<void> => {
      const now = await size();
      const hasGrown = now > seen;
      await this.reach(now);
      seen = now;
      this.#checkIn(hasGrown ? CHECK_GROWING_EVERY_MS : CHECK_EVERY_MS, tick);
    };
    const tick = (): void => {
      check().catch((error: unknown) => {
        log.warn({ err: error }, "the tree's nodes could not be kept up");
        this.#checkIn(CHECK_EVERY_MS, tick);
      });
    };
    this.#checkIn(CHECK_EVERY_MS, tick);
  }

  #checkIn(ms: number, tick: () => void): void {
    if (!this.#isStopped) this.#timer = setTimeout(tick, ms);
  }

  /** Resolves when every node of a tree of this size is kept. The size must be committed. */
  reach(size: number): Promise<void> {
    // A proof does not wait for the nodes of leaves that are younger than its tree.
    if (this.#has(size)) return Promise.resolve();
    const filled = this.#filling.then(() => this.#fill(size));
    // One that failed does not keep the next from trying.
    this.#filling = filled.catch(() => {});
    return filled;
  }

  #has(size: number): boolean {
    const counts = this.#counts;
    if (counts === null) return false;
    for (let level = 1; levelWidth(size, level) > 0; level += 1) {
      if ((counts[level] ?? 0) < levelWidth(size, level)) return false;
    }
    return true;
  }

  async #fill(size: number): Promise<void> {
    this.#counts ??= await this.#readCounts();
    const counts = this.#counts;
    for (let level = 1; levelWidth(size, level) > 0; level += 1) {
      const wanted = levelWidth(size, level);
      for (let n = counts[level] ?? 0; n < wanted && !this.#isStopped; n = counts[level] as number) {
        counts[level] = await this.#fillPage(level, { from: n, to: Math.min(wanted, n + PAGE_TILES) });
      }
    }
  }

  async #readCounts(): Promise<number[]> {
    const { fn } = this.#db;
    const rows = await this.#db
      .selectFrom("ledger_node")
      .select(["level", fn.max("n").as("last")])
      .groupBy("level")
      .execute();
    const counts: number[] = [];
    for (const { level, last } of rows) counts[level] = Number(last) + 1;
    return counts;
  }

  async #fillPage(level: number, { from, to }: { from: number; to: number }): Promise<number> {
    const hashes = await readHashRun(this.#db, level - 1, { from: from * TILE_WIDTH, to: to * TILE_WIDTH });
    const tiles = Array.from({ length: to - from }, (_, at) => {
      return { n: String(from + at), ...leafTile(hashes.subarray(at * TILE_BYTES, (at + 1) * TILE_BYTES)) };
    });
    // The tiles of leaves first: where a node is, its tile has been kept as well.
    if (level === 1) await keepLeafTiles(this.#db, tiles);
    await this.#db
      .insertInto("ledger_node")
      .values(tiles.map(({ n, root }) => ({ level, n, hash: root })))
      .onConflict((conflict) => conflict.doNothing())
      .execute();
    return to;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#isStopped = true;
    if (this.#timer !== null) clearTimeout(this.#timer);
    await this.#filling;
  }
}
