import { Frontier, leafHash } from "@signalbox/tlog";
import type { GoodEvent, RefusedEvent } from "../../services/audit-ledger/src/events/check-event.ts";
import { isDecision, isOutcome } from "../../services/audit-ledger/src/events/event-fields.ts";
import type { KeyRow } from "../../services/audit-ledger/src/events/producer-keys.ts";
import type { Takeover } from "../../services/audit-ledger/src/append/head.ts";
import type { Insert } from "../../services/audit-ledger/src/append/insert-plan.ts";
import { NumberSet } from "../../services/audit-ledger/src/append/number-set.ts";
import { OpenRequests, type OpenRequest } from "../../services/audit-ledger/src/append/open-requests.ts";
import type { BatchIds, LockedHead } from "../../services/audit-ledger/src/append/lock-head.ts";
import type { Store } from "../../services/audit-ledger/src/append/store.ts";
import { Sequences } from "../../services/audit-ledger/src/append/sequences.ts";
import type { Mishaps } from "./mishaps.ts";
import type { Rng } from "./rng.ts";
import type { SimulatedProcess, VirtualTime } from "./virtual-time.ts";

/** How often things go wrong, each as a probability. */
export type StoreFaults = {
  /** A statement's connection breaks before it is carried out, or after. */
  breakBefore: number;
  breakAfter: number;
  /** The process dies there instead. */
  dieBefore: number;
  dieAfter: number;
  /** The lock is lost and nobody is told: what a proxy in between, or a failover, does. */
  loseLock: number;
};

export const NO_STORE_FAULTS: StoreFaults = { breakBefore: 0, breakAfter: 0, dieBefore: 0, dieAfter: 0, loseLock: 0 };

/** A leaf with what was true when it was committed. */
export type StoredLeaf = { readonly event: GoodEvent; readonly epoch: string; readonly atMs: number };

/** A session that has done nothing for so long is ended by whoever waits for its lock. */
const STALE_SESSION_MS = 5_000;

type Transaction = { insert: Insert | null };

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

/** One connection of a process to the database; every statement takes its time and may go wrong on either side of it. */
export class SimulatedSession implements Store {
  readonly lost: Promise<void>;
  readonly #db: SimulatedDatabase;
  readonly #time: VirtualTime;
  readonly #rng: Rng;
  readonly #owner: SimulatedProcess;
  readonly #die: () => void;
  #tellLost: () => void = () => {};
  #isOpen = true;
  #activeAtMs: number;
  #transaction: Transaction | null = null;

  constructor(parts: {
    db: SimulatedDatabase;
    time: VirtualTime;
    rng: Rng;
    owner: SimulatedProcess;
    /** Ends the process. */
    die: () => void;
  }) {
    this.#db = parts.db;
    this.#time = parts.time;
    this.#rng = parts.rng;
    this.#owner = parts.owner;
    this.#die = parts.die;
    this.#activeAtMs = parts.time.nowMs;
    this.lost = new Promise((resolve) => {
      this.#tellLost = resolve;
    });
  }

  tryLock(): Promise<boolean> {
    return this.#statement(() => {
      const holder = this.#db.lockedBy;
      if (holder !== null && holder !== this && holder.#activeAtMs + STALE_SESSION_MS < this.#time.nowMs)
        holder.break();
      if (this.#db.lockedBy !== null && this.#db.lockedBy !== this) return false;
      this.#db.lockedBy = this;
      return true;
    });
  }

  beat(): Promise<void> {
    return this.#statement(() => {});
  }

  async takeHead(): Promise<Takeover> {
    await this.#headIsFree();
    return this.#statement(() => {
      this.#db.head.epoch += 1n;
      const { size, root, epoch, openFrom } = this.#db.head;
      this.#endTransaction();
      return { size, root, epoch: String(epoch), openFrom };
    });
  }

  ensurePartitionFor(): Promise<void> {
    return Promise.resolve();
  }

  loadOpenRequests(options: { from: number; nowMs: number }): Promise<OpenRequests> {
    return this.#statement(() => {
      const opened = new Map<string, OpenRequest>();
      for (const [index, { event }] of this.#db.leaves.entries()) {
        if (index < options.from || !isDecision(event) || this.#db.outcomes.has(event.requestId)) continue;
        const { requestId, tenant, decisionId } = event;
        const decisions = [...(opened.get(requestId)?.decisions ?? []), { decisionId, index }];
        opened.set(requestId, { requestId, tenant, stream: true, openedAtMs: options.nowMs, decisions });
      }
      const open = new OpenRequests();
      open.apply({ opened, closed: new Set() });
      return open;
    });
  }

  loadSequences(): Promise<Sequences> {
    return this.#statement(() => {
      const sequences = new Sequences();
      sequences.apply([...this.#db.sequences.values()].map((one) => ({ ...one, settled: one.settled.copy() })));
      return sequences;
    });
  }

  unsaidKeyChanges(): ReturnType<Store["unsaidKeyChanges"]> {
    return this.#statement(() => {
      this.#db.look();
      return this.#db.keys.flatMap((row) => retirementOf(row, this.#db));
    });
  }

  begin(): Promise<void> {
    return this.#statement(() => {
      this.#transaction = { insert: null };
    });
  }

  async lockHead(ids: BatchIds): Promise<LockedHead> {
    await this.#headIsFree();
    return this.#statement(() => {
      const { size, root, frontier, epoch } = this.#db.head;
      const known = ids.eventIds.flatMap((id) => {
        const found = this.#db.events.get(id);
        return found === undefined ? [] : [[id, found.index, found.leafHash] as [string, number, string]];
      });
      const outcomes = ids.requestIds.flatMap((id) => {
        const by = this.#db.outcomes.get(id);
        return by === undefined ? [] : [[id, by] as [string, string | null]];
      });
      return { size: String(size), root, frontier, epoch: String(epoch), known, outcomes };
    });
  }

  async appendFresh(insert: Insert): Promise<boolean> {
    await this.#headIsFree();
    return this.#statement(() => {
      const isWritten = this.#db.accepts(insert);
      if (isWritten) this.#db.apply(insert);
      this.#endTransaction();
      return isWritten;
    });
  }

  insertPlan(insert: Insert): Promise<boolean> {
    return this.#statement(() => {
      if (this.#transaction === null) throw new Error("there is no transaction");
      const isWritten = insert.plan.leaves.length === 0 || this.#db.accepts(insert);
      if (isWritten) this.#transaction.insert = insert;
      return isWritten;
    });
  }

  commit(): Promise<void> {
    return this.#statement(() => {
      const insert = this.#transaction?.insert ?? null;
      this.#endTransaction();
      if (insert !== null) this.#db.apply(insert);
    });
  }

  rollback(): Promise<void> {
    return this.#statement(() => {
      this.#endTransaction();
    });
  }

  /** The server ends the session: what was not committed is undone, its locks are free. */
  break(): void {
    if (!this.#isOpen) return;
    this.#isOpen = false;
    this.#endTransaction();
    if (this.#db.lockedBy === this) this.#db.lockedBy = null;
    this.#time.later(this.#rng.between(0, 20), this.#tellLost, this.#owner);
  }

  [Symbol.asyncDispose](): Promise<void> {
    this.break();
    return Promise.resolve();
  }

  /** Waits for the lock of the head's row, and takes it. */
  async #headIsFree(): Promise<void> {
    while (this.#db.headLockedBy !== null && this.#db.headLockedBy !== this) {
      await this.#time.delay(this.#rng.between(1, 10), this.#owner);
      this.#requireOpen();
    }
    this.#requireOpen();
    this.#db.headLockedBy = this;
  }

  #endTransaction(): void {
    this.#transaction = null;
    if (this.#db.headLockedBy === this) this.#db.headLockedBy = null;
  }

  async #statement<T>(work: () => T): Promise<T> {
    const { faults } = this.#db;
    await this.#travel();
    this.#suffer("before");
    this.#requireOpen();
    this.#activeAtMs = this.#time.nowMs;
    const result = work();
    if (this.#rng.chance(faults.loseLock) && this.#db.lockedBy === this) {
      this.#db.lockedBy = null;
      this.#db.mishaps.add("lock lost");
    }
    this.#suffer("after");
    await this.#travel();
    this.#requireOpen();
    return result;
  }

  /** What happens on the way there or back, whoever is frozen meanwhile. */
  #travel(): Promise<void> {
    return this.#time.delay(this.#rng.between(0.1, 3), this.#owner);
  }

  #suffer(when: "before" | "after"): void {
    const { faults, mishaps } = this.#db;
    if (this.#rng.chance(when === "before" ? faults.dieBefore : faults.dieAfter)) {
      mishaps.add(`process dead ${when} a statement`);
      this.#die();
    } else if (this.#rng.chance(when === "before" ? faults.breakBefore : faults.breakAfter)) {
      mishaps.add(`connection broken ${when} a statement`);
      this.break();
    }
  }

  #requireOpen(): void {
    if (!this.#isOpen) throw new Error("the connection is broken");
  }
}

function retirementOf(row: KeyRow, db: SimulatedDatabase): Awaited<ReturnType<Store["unsaidKeyChanges"]>> {
  const isSaid = db.leaves.some(({ event }) => event.type === "key" && event.keyId === row.key_id);
  if (row.retired_by === null || isSaid) return [];
  const event = {
    schema: "signalbox.event.key.v1",
    tenant: "_signalbox",
    requestId: null,
    change: "retired",
    role: "producer",
    name: row.service,
    keyId: row.key_id,
    by: row.retired_by,
    before: `sha256:${"0".repeat(64)}`,
    after: null,
  };
  return [{ type: "key", event }];
}
