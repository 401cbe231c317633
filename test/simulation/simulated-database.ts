import { Frontier, leafHash } from "@signalbox/tlog";
import type { GoodEvent, RefusedEvent } from "../../services/audit-ledger/src/events/check-event.ts";
import { isOutcome } from "../../services/audit-ledger/src/events/event-fields.ts";
import type { KeyRow } from "../../services/audit-ledger/src/events/producer-keys.ts";
import type { Insert } from "../../services/audit-ledger/src/append/insert-plan.ts";
import type { NumberSet } from "../../services/audit-ledger/src/append/number-set.ts";
import type { Mishaps } from "./mishaps.ts";
import type { SimulatedSession } from "./simulated-store.ts";
import type { VirtualTime } from "./virtual-time.ts";

/** How often things go wrong, each as a probability. */
type StoreFaults = {
  /** A statement's connection breaks before it is carried out, or after. */
  breakBefore: number;
  breakAfter: number;
  /** The process dies there instead. */
  dieBefore: number;
  dieAfter: number;
  /** The lock is lost and nobody is told: what a proxy in between, or a failover, does. */
  loseLock: number;
};

const NO_STORE_FAULTS: StoreFaults = { breakBefore: 0, breakAfter: 0, dieBefore: 0, dieAfter: 0, loseLock: 0 };

/** A leaf with what was true when it was committed. */
type StoredLeaf = { readonly event: GoodEvent; readonly epoch: string; readonly atMs: number };

/** The database of a register: what is committed, one lock for sequencers, one for the head's row. */
export class SimulatedDatabase {
  readonly leaves: StoredLeaf[] = [];
  readonly events = new Map<string, { index: number; leafHash: string }>();
  readonly outcomes = new Map<string, string | null>();
  readonly quarantine: RefusedEvent[] = [];
  readonly sequences = new Map<string, { service: string; instance: string; settled: NumberSet }>();
  keys: readonly KeyRow[];
  readonly faults: StoreFaults = { ...NO_STORE_FAULTS };
  readonly problems: string[] = [];
  readonly mishaps: Mishaps;
  head = { size: 0, root: Buffer.from(Frontier.empty().root()), frontier: Buffer.alloc(0), epoch: 0n, openFrom: 0 };
  lockedBy: SimulatedSession | null = null;
  headLockedBy: SimulatedSession | null = null;
  #atLook: { look: number; readonly retire: () => void } | null = null;
  readonly #tree = Frontier.empty();
  readonly #roots = new Map<number, string>();
  readonly #time: VirtualTime;

  constructor(time: VirtualTime, keys: readonly KeyRow[], mishaps: Mishaps) {
    this.#time = time;
    this.mishaps = mishaps;
    this.keys = keys;
    this.#roots.set(0, this.head.root.toString("base64"));
  }

  retire(keyId: string): void {
    this.mishaps.add("key retired");
    this.keys = this.keys.map((row) => (row.key_id === keyId ? { ...row, retired_by: "ops" } : row));
  }

  /** Somebody changes the keys just before they are looked at for the so many-th time. */
  retireAtLook(look: number, retire: () => void): void {
    this.#atLook = { look, retire };
  }

  look(): void {
    if (this.#atLook === null) return;
    this.#atLook.look -= 1;
    if (this.#atLook.look === 0) this.#atLook.retire();
  }

  /** The one root that a size has had. */
  rootAt(size: number): string | undefined {
    return this.#roots.get(size);
  }

  /** The conditions under which the one statement writes: the head, the events and the requests are as the plan has them. */
  accepts({ plan, tree, epoch, stillOpen }: Insert): boolean {
    const isHead = epoch === String(this.head.epoch) && tree.size - plan.leaves.length === this.head.size;
    const isNew = plan.leaves.every(({ event }) => !this.events.has(event.eventId));
    return isHead && isNew && [...stillOpen].every((requestId) => !this.outcomes.has(requestId));
  }

  /** A committed transaction becomes what everybody sees. */
  apply({ plan, tree, openFrom, epoch }: Insert): void {
    this.quarantine.push(...plan.refused);
    if (plan.leaves.length === 0) return;
    if (epoch !== String(this.head.epoch)) this.problems.push(`epoch ${epoch} wrote in epoch ${this.head.epoch}`);
    for (const { index, event } of plan.leaves) {
      if (index !== this.leaves.length) this.problems.push(`index ${index} follows ${this.leaves.length - 1}`);
      if (this.events.has(event.eventId)) this.problems.push(`event ${event.eventId} stands twice`);
      this.leaves.push({ event, epoch, atMs: this.#time.nowMs });
      this.#tree.append(leafHash(event.envelope));
      this.events.set(event.eventId, { index, leafHash: event.leafHash.toString("base64") });
      if (!isOutcome(event)) continue;
      if (this.outcomes.has(event.requestId)) this.problems.push(`request ${event.requestId} has two outcomes`);
      this.outcomes.set(event.requestId, event.decisionId);
    }
    for (const { service, instance, settled } of plan.sequences) {
      this.sequences.set(`${service} ${instance}`, { service, instance, settled: settled.copy() });
    }
    const root = Buffer.from(tree.root());
    if (!root.equals(this.#tree.root())) this.problems.push(`another root at ${tree.size}`);
    if (tree.size !== this.leaves.length) this.problems.push(`the head says ${tree.size} of ${this.leaves.length}`);
    this.#roots.set(tree.size, root.toString("base64"));
    this.head = { ...this.head, size: tree.size, root, frontier: Buffer.from(tree.toBytes()), openFrom };
  }
}
