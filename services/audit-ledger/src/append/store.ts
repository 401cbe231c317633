import type { UnsignedEvent } from "@signalbox/kit";
import type { Takeover } from "./head.ts";
import type { Insert } from "./insert-plan.ts";
import type { BatchIds, LockedHead } from "./lock-head.ts";
import type { OpenRequests } from "./open-requests.ts";
import type { Sequences } from "./sequences.ts";

/** What a sequencer asks of the database, over one connection of its own that also holds its lock. */
export type Store = AsyncDisposable & {
  /** Resolves when the connection is gone. */
  readonly lost: Promise<void>;
  /**
   * Takes the lock that one sequencer of a database holds at a time; false while another has it. A holder that has not
   * been heard of for a while loses it.
   */
  tryLock(): Promise<boolean>;
  /** Shows, while there is nothing to append, that the lock's holder is alive. */
  beat(): Promise<void>;
  /** Starts a new epoch: from here on a sequencer of an older one matches no row. */
  takeHead(origin: string): Promise<Takeover>;
  /** Makes the partitions of the leaves' table that a log of this size needs next. */
  ensurePartitionFor(size: number): Promise<void>;
  loadOpenRequests(options: { from: number; nowMs: number }): Promise<OpenRequests>;
  loadSequences(): Promise<Sequences>;
  /** Changes of keys, and reports of replays, that the log does not hold yet. */
  unsaidEvents(): Promise<UnsignedEvent[]>;
  /**
   * Writes a plan in a transaction of its own, which is committed when this resolves with true. False when nothing was
   * written: the head is not where the plan begins, an event of it is known, or a request of `stillOpen` has ended.
   */
  appendFresh(insert: Insert): Promise<boolean>;
  begin(): Promise<void>;
  /** The head under its lock, which the transaction holds, and what is known of a batch. */
  lockHead(ids: BatchIds): Promise<LockedHead>;
  /** Writes a plan's rows inside the transaction. False when the head is another sequencer's. */
  insertPlan(insert: Insert): Promise<boolean>;
  /** Rejects when the transaction is not committed, or when nobody can tell. */
  commit(): Promise<void>;
  rollback(): Promise<void>;
};
