import { Frontier } from "@signalbox/tlog";
import { leafEvent } from "../events/leaf-event.ts";
import { LeafFollower } from "./leaf-follower.ts";
import type { PlannedLeaf } from "./plan-batch.ts";
import type { Store } from "./store.ts";

const BATCH_LEAVES = 256;

/** The register holds something else than the copy below its own end. */
export class OtherHistoryError extends Error {
  override readonly name = "OtherHistoryError";
}

type RestoreOptions = {
  readonly origin: string;
  /** Every leaf of a copy of the log that was verified, from the first one on. */
  readonly leaves: AsyncIterable<Uint8Array>;
};

export type Restored = { readonly before: number; readonly size: number; readonly root: Buffer };

/**
 * Appends to a register that was put back what a copy of the log holds beyond its end: the same leaves in the same
 * places, so that the tree is the one that was signed. The store must have the sequencers' lock. Plain labels and
 * quarantined events are no part of the log, and stay lost.
 */
export async function restoreLeaves(store: Store, { origin, leaves }: RestoreOptions): Promise<Restored> {
  const head = await store.takeHead(origin);
  const restoring = new Restoring(store, head);
  for await (const leaf of leaves) await restoring.add(leaf);
  await restoring.flush();
  const { size } = restoring.tree;
  if (size < head.size) throw new OtherHistoryError(`The copy has ${size} leaves, and the register ${head.size}.`);
  return { before: head.size, size, root: Buffer.from(restoring.tree.root()) };
}

type TakenHead = Awaited<ReturnType<Store["takeHead"]>>;

class Restoring {
  readonly tree = Frontier.empty();
  readonly #store: Store;
  readonly #head: TakenHead;
  readonly #follower = new LeafFollower();
  #batch: PlannedLeaf[] = [];

  constructor(store: Store, head: TakenHead) {
    this.#store = store;
    this.#head = head;
    this.#requireSameStart();
  }

  async add(leaf: Uint8Array): Promise<void> {
    const event = leafEvent(leaf);
    const index = this.tree.size;
    this.tree.append(event.leafHash);
    const decisionIndex = this.#follower.follow(index, event, false);
    if (index >= this.#head.size) this.#batch.push({ index, event, decisionIndex });
    else this.#requireSameStart();
    if (this.#batch.length === BATCH_LEAVES) await this.flush();
  }

  async flush(): Promise<void> {
    if (this.#batch.length === 0) return;
    const plan = {
      leaves: this.#batch,
      refused: [],
      duplicates: [],
      changes: { opened: new Map(), closed: new Set<string>() },
      sequences: this.#follower.takeChanged(),
    };
    await this.#store.ensurePartitionFor(this.tree.size);
    const { epoch, openFrom } = this.#head;
    const isWritten = await this.#store.appendFresh({
      plan,
      tree: this.tree,
      openFrom,
      epoch,
      stillOpen: new Set(),
    });
    if (!isWritten) throw new OtherHistoryError("The register changed while leaves were restored.");
    this.#batch = [];
  }

  /** Below its own end the register must have the copy's leaves: its root says whether it has. */
  #requireSameStart(): void {
    const { size, root } = this.#head;
    if (this.tree.size !== size || root.equals(this.tree.root())) return;
    throw new OtherHistoryError(`The register's ${size} leaves are not the copy's first ${size}.`);
  }
}
