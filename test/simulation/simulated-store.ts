import { isDecision } from "../../services/audit-ledger/src/events/event-fields.ts";
import type { KeyRow } from "../../services/audit-ledger/src/events/producer-keys.ts";
import type { Takeover } from "../../services/audit-ledger/src/append/head.ts";
import type { Insert } from "../../services/audit-ledger/src/append/insert-plan.ts";
import { OpenRequests, type OpenRequest } from "../../services/audit-ledger/src/append/open-requests.ts";
import type { BatchIds, LockedHead } from "../../services/audit-ledger/src/append/lock-head.ts";
import type { Store } from "../../services/audit-ledger/src/append/store.ts";
import { Sequences } from "../../services/audit-ledger/src/append/sequences.ts";
import type { Rng } from "./rng.ts";
import type { SimulatedDatabase } from "./simulated-database.ts";
import type { SimulatedProcess, VirtualTime } from "./virtual-time.ts";

/** A session that has done nothing for so long is ended by whoever waits for its lock. */
const STALE_SESSION_MS = 5_000;

type Transaction = { insert: Insert | null };

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
  /** The statement that was sent last. */
  #last: { readonly done: Promise<unknown>; readonly answered: Promise<unknown>; isAnswered: boolean } = {
    done: Promise.resolve(),
    answered: Promise.resolve(),
    isAnswered: true,
  };

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

  takeHead(): Promise<Takeover> {
    return this.#statementOnHead(() => {
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

  unsaidEvents(): ReturnType<Store["unsaidEvents"]> {
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

  lockHead(ids: BatchIds): Promise<LockedHead> {
    return this.#statementOnHead(() => {
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

  appendFresh(insert: Insert): Promise<boolean> {
    const isBehind = !this.#last.isAnswered;
    return this.#statementOnHead(() => {
      const isWritten = this.#db.accepts(insert);
      if (isWritten) this.#db.apply(insert);
      else if (isBehind) this.#db.mishaps.add("batch sent in vain");
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

  #statementOnHead<T>(work: () => T): Promise<T> {
    return this.#inOrder(async () => {
      await this.#headIsFree();
      return this.#carryOut(work);
    });
  }

  #statement<T>(work: () => T): Promise<T> {
    return this.#inOrder(() => this.#carryOut(work));
  }

  /** Statements are carried out, and answered, in the order in which they were sent; the next may be sent before that. */
  #inOrder<T>(carryOut: () => Promise<T>): Promise<T> {
    const before = this.#last;
    if (!before.isAnswered) this.#db.mishaps.add("statement sent behind another");
    const done = before.done.then(carryOut);
    const answered = Promise.all([done, before.answered]).then(async ([result]) => {
      await this.#travel();
      this.#requireOpen();
      return result;
    });
    const last = { done: done.catch(() => {}), answered: answered.catch(() => {}), isAnswered: false };
    void last.answered.then(() => {
      last.isAnswered = true;
    });
    this.#last = last;
    return answered;
  }

  async #carryOut<T>(work: () => T): Promise<T> {
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

function retirementOf(row: KeyRow, db: SimulatedDatabase): Awaited<ReturnType<Store["unsaidEvents"]>> {
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
