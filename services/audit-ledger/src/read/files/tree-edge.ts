import type { TileTree } from "@signalbox/tlog";
import type { SignedCheckpoint } from "./publication.ts";

/** For so long after a newer one is there, proofs are still made under the checkpoint before it. */
const FOLLOWED_MAX_MS = 1_000;

/** A checkpoint with the tree under it. */
export type Covering = { readonly checkpoint: SignedCheckpoint; readonly tree: TileTree };

/**
 * Chooses the checkpoint that a proof is made under: one whose tree's right edge has been read. With each new
 * checkpoint the last tile of every level is another one. They are read while proofs go on under the checkpoint before
 * it, and only a proof of a younger leaf waits for them.
 */
export class TreeEdge {
  readonly #treeOf: (size: number) => Promise<TileTree>;
  #ready: SignedCheckpoint | null = null;
  /** When the one that is ready was last seen to be the newest. */
  #newestAtMs = 0;
  #next: { readonly note: string; readonly ready: Promise<void> } | null = null;

  /** `treeOf` gives a tree that reads through a cache. */
  constructor(treeOf: (size: number) => Promise<TileTree>) {
    this.#treeOf = treeOf;
  }

  /** What proves a leaf that the newest checkpoint covers. */
  async covering(newest: SignedCheckpoint, index: number): Promise<Covering> {
    const checkpoint = await this.#choose(newest, index);
    return { checkpoint, tree: await this.#treeOf(checkpoint.size) };
  }

  async #choose(newest: SignedCheckpoint, index: number): Promise<SignedCheckpoint> {
    const ready = this.#ready;
    const now = performance.now();
    if (ready?.note === newest.note) {
      this.#newestAtMs = now;
      return ready;
    }
    const prepared = this.#prepare(newest);
    if (ready !== null && ready.size > index && now < this.#newestAtMs + FOLLOWED_MAX_MS) return ready;
    await prepared;
    return newest;
  }

  #prepare(newest: SignedCheckpoint): Promise<void> {
    if (this.#next?.note === newest.note) return this.#next.ready;
    const ready = this.#read(newest);
    this.#next = { note: newest.note, ready };
    // Who does not wait for it finds the same when its turn comes.
    ready.catch(() => {
      if (this.#next?.ready === ready) this.#next = null;
    });
    return ready;
  }

  /** The root is made of the right edge, and of nothing else. */
  async #read(newest: SignedCheckpoint): Promise<void> {
    await (await this.#treeOf(newest.size)).root();
    if (this.#ready !== null && this.#ready.size > newest.size) return;
    this.#ready = newest;
    this.#newestAtMs = performance.now();
  }
}
