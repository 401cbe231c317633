import { Frontier } from "@signalbox/tlog";
import { leafEvent } from "../events/leaf-event.ts";
import type { GoodEvent } from "../events/check-event.ts";
import { NumberSet } from "./number-set.ts";
import type { PlannedLeaf } from "./plan-batch.ts";
import { keyOf, type Sequence, type Sequences } from "./sequences.ts";
import type { Store } from "./store.ts";

const BATCH_LEAVES = 256;

/** The register holds something else than the copy below its own end. */
export class OtherHistoryError extends Error {
  override readonly name = "OtherHistoryError";
}

export type RestoreOptions = {
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
  const restoring = new Restoring(store, head, await store.loadSequences());
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
  readonly #sequences: Sequences;
  readonly #decisions = new Map<string, number>();
  #batch: PlannedLeaf[] = [];

  constructor(store: Store, head: TakenHead, sequences: Sequences) {
    this.#store = store;
    this.#head = head;
    this.#sequences = sequences;
    this.#requireSameStart();
  }

  async add(leaf: Uint8Array): Promise<void> {
    const event = leafEvent(leaf);
    const index = this.tree.size;
    this.tree.append(event.leafHash);
    const { decisionId } = event;
    if (event.type === "decision" && decisionId !== null) this.#decisions.set(decisionId, index);
    if (index >= this.#head.size) {
      const decisionIndex = event.type === "outcome" ? this.#decisions.get(decisionId ?? "") : undefined;
      this.#batch.push({ index, event, decisionIndex });
    } else this.#requireSameStart();
    if (this.#batch.length === BATCH_LEAVES) await this.flush();
  }

  async flush(): Promise<void> {
    if (this.#batch.length === 0) return;
    const sequences = settledBy(this.#batch, this.#sequences);
    const plan = {
      leaves: this.#batch,
      refused: [],
      duplicates: [],
      changes: { opened: new Map(), closed: new Set<string>() },
      sequences,
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
    this.#sequences.apply(sequences);
    this.#batch = [];
  }

  /** Below its own end the register must have the copy's leaves: its root says whether it has. */
  #requireSameStart(): void {
    const { size, root } = this.#head;
    if (this.tree.size !== size || root.equals(this.tree.root())) return;
    throw new OtherHistoryError(`The register's ${size} leaves are not the copy's first ${size}.`);
  }
}

/** What the sequences of a batch's producers are with its leaves, and with the numbers that it names missing. */
function settledBy(batch: readonly PlannedLeaf[], sequences: Sequences): Sequence[] {
  const changed = new Map<string, Sequence>();
  const of = (service: string, instance: string): NumberSet => {
    const key = keyOf(service, instance);
    const settled =
      changed.get(key)?.settled ?? sequences.get({ service, instance })?.settled.copy() ?? new NumberSet();
    changed.set(key, { service, instance, settled });
    return settled;
  };
  for (const { event } of batch) settleBy(event, of);
  return [...changed.values()];
}

function settleBy({ producer, gap }: GoodEvent, of: (service: string, instance: string) => NumberSet): void {
  const { service, instance, seq } = producer;
  if (service !== "audit-ledger") of(service, instance).add({ first: seq, last: seq });
  if (gap === null) return;
  for (const range of gap.missing) of(gap.service, gap.instance).add(range);
}
