import type { Bus, Logger, UnsignedEvent } from "@signalbox/kit";
import { eventSubject, type GapEvent } from "@signalbox/proto";
import { refusal } from "../events/check-event.ts";
import { batchEvents, commitSeconds, eventsTotal, gapNumbers, leadingGauge, openGauge, sizeGauge } from "../metrics.ts";
import { PullQueue } from "../queue/pull-queue.ts";
import { AbandonWatch } from "./abandon-watch.ts";
import { appendBatch, settle, type AppendContext, type Appended } from "./append-batch.ts";
import { isPoison } from "./failure.ts";
import { GapWatch } from "./gap-watch.ts";
import type { Head } from "./head.ts";
import { every } from "./every.ts";
import { launch, isWritten, type Flight } from "./flight.ts";
import { pause } from "./pause.ts";
import type { Batch, PlanContext } from "./plan-batch.ts";
import type { BatchReader, CheckedEvent } from "./read-batch.ts";
import type { Store } from "./store.ts";

const LOCK_RETRY_MS = 250;
const BACKOFF_MIN_MS = 100;
const BACKOFF_MAX_MS = 5_000;
const SWEEP_EVERY_MS = 1_000;
const KEYS_EVERY_MS = 2_000;
/** A standby takes the lock from a sequencer that says nothing for some of these. */
const BEAT_EVERY_MS = 1_000;

export type SequencerOptions = {
  readonly bus: Bus;
  readonly log: Logger;
  /** Connects anew, before each try to sequence. */
  readonly openStore: () => Promise<Store>;
  readonly origin: string;
  /** How long a producer's sequence number may be missing before the log says so. */
  readonly gapAfterMs: number;
  readonly reader: BatchReader;
  readonly sign: PlanContext["sign"];
  /** Throws when this head must not be appended to: what was signed before contradicts it. */
  readonly admitHead: (head: Head) => Promise<void>;
  /** After each commit: receipts, fan-out and whoever follows the log. */
  readonly announce: (appended: Appended) => void;
};

/**
 * - `standby`: another instance sequences; this one waits for its lock.
 * - `leading`: appends.
 * - `failing`: Postgres or NATS is away, or the head is not admitted; it is tried again.
 */
export type SequencerState = "starting" | "standby" | "leading" | "failing";

/** Appends what the queue holds, for as long as it has the lock; waits for the lock otherwise. */
export class Sequencer implements AsyncDisposable {
  readonly #options: SequencerOptions;
  readonly #running: Promise<void>;
  readonly #stop = new AbortController();
  readonly #watch: AbandonWatch;
  readonly #gaps: GapWatch;
  readonly #started = Promise.withResolvers<void>();
  #state: SequencerState = "starting";
  #head: Head | null = null;
  #mayKeysDiffer = true;
  /** Something is to be said or looked at that the queue does not bring, between two batches. */
  #isDue = false;
  #landedAtMs = 0;
  readonly #queue: PullQueue<CheckedEvent[]>;

  constructor(options: SequencerOptions) {
    const { bus, log, reader } = options;
    this.#options = options;
    this.#queue = new PullQueue({
      bus,
      log,
      prepare: (message) => reader.check(message),
      weigh: (events) => events.length,
    });
    this.#watch = new AbandonWatch(bus);
    this.#gaps = new GapWatch(bus, options.gapAfterMs);
    this.#running = this.#run();
  }

  get state(): SequencerState {
    return this.#state;
  }

  /** The head as this instance committed it last; null while it does not sequence. */
  get head(): Head | null {
    return this.#head;
  }

  /** Resolves when it leads or stands by for the first time. */
  get started(): Promise<void> {
    return this.#started.promise;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#stop.abort();
    this.#queue.wake();
    await this.#running;
    this.#queue[Symbol.dispose]();
    this.#watch[Symbol.dispose]();
  }

  async #run(): Promise<void> {
    const { log } = this.#options;
    let backoffMs = BACKOFF_MIN_MS;
    while (!this.#stop.signal.aborted) {
      try {
        await this.#serve();
        backoffMs = BACKOFF_MIN_MS;
      } catch (error) {
        if (this.#state === "leading") backoffMs = BACKOFF_MIN_MS;
        this.#state = "failing";
        log.error({ err: error }, "the sequencer failed and starts again");
        await pause(backoffMs, this.#stop.signal);
        backoffMs = Math.min(backoffMs * 2, BACKOFF_MAX_MS);
      } finally {
        // After an ordered stop the head stands as it was committed, and is signed as such.
        if (!this.#stop.signal.aborted) this.#head = null;
        leadingGauge.set(0);
      }
    }
  }

  async #serve(): Promise<void> {
    const { openStore, log, origin, admitHead, sign } = this.#options;
    await using store = await openStore();
    if (!(await this.#waitForLock(store))) return;
    const head = await store.takeHead(origin);
    await admitHead(head);
    await store.ensurePartitionFor(head.size);
    const open = await store.loadOpenRequests({ from: head.openFrom, nowMs: performance.now() });
    const sequences = await store.loadSequences();
    this.#head = head;
    this.#enter("leading");
    leadingGauge.set(1);
    log.info({ size: head.size, epoch: head.epoch, open: open.size }, "sequencing");
    const context: AppendContext = { store, epoch: head.epoch, open, sequences, sign };
    const sweep = { everyMs: SWEEP_EVERY_MS, log, onDue: () => this.#wakeFor() };
    using _requests = this.#watch.sweepRegularly({ ...sweep, open });
    using _keys = this.#lookAtKeysRegularly();
    using _beat = every(BEAT_EVERY_MS, () => this.#queue.wake());
    using _sequences = this.#gaps.sweepRegularly({ ...sweep, sequences });
    let isLost = false;
    void store.lost.then(() => {
      isLost = true;
      this.#queue.wake();
    });
    this.#queue.resume();
    while (!this.#stop.signal.aborted) {
      if (isLost) throw new Error("the sequencer's connection was lost");
      if (!(await this.#appendNext(context))) await store.beat();
      await this.#queue.ready();
    }
    // What has been delivered is committed before an ordered end, because it would come again only after a while.
    while (await this.#appendNext(context));
  }

  async #waitForLock(store: Store): Promise<boolean> {
    while (!this.#stop.signal.aborted) {
      if (await store.tryLock()) return true;
      this.#enter("standby");
      this.#queue.drop();
      await pause(LOCK_RETRY_MS, this.#stop.signal);
    }
    return false;
  }

  #enter(state: SequencerState): void {
    this.#state = state;
    this.#started.resolve();
  }

  #lookAtKeysRegularly(): Disposable {
    this.#mayKeysDiffer = true;
    return every(KEYS_EVERY_MS, () => {
      this.#mayKeysDiffer = true;
      this.#wakeFor();
    });
  }

  /** The next batch is read after the one on its way is committed, and bears what has fallen due. */
  #wakeFor(): void {
    this.#isDue = true;
    this.#queue.wake();
  }

  /** The log says that a key is retired only when nothing signed by it can follow any more. */
  async #keyChanges({ store }: AppendContext): Promise<UnsignedEvent[]> {
    if (!this.#mayKeysDiffer) return [];
    const changes = await store.unsaidKeyChanges();
    // Read after the changes: a key that is retired in between is refused at once, and said so the next time.
    await this.#options.reader.refreshKeys();
    this.#mayKeysDiffer = false;
    return changes;
  }

  /** Appends what has come, and then whole batches for as long as there are some. False when there was nothing to append. */
  async #appendNext(context: AppendContext): Promise<boolean> {
    this.#isDue = false;
    const own = await this.#keyChanges(context);
    const received = await this.#options.reader.read(this.#queue);
    const batch = { ...received, abandon: this.#watch.takeDue(), gaps: this.#gaps.takeDue(), own };
    if (batch.messages.length + batch.abandon.length + batch.gaps.length + own.length === 0) return false;
    let flight: Flight | null = launch(batch, context, null);
    while (flight !== null) {
      const next: Flight | null = await this.#launchNext(flight, context);
      await this.#land(flight, next, context);
      flight = next;
    }
    return true;
  }

  /** Sends the next batch as soon as it is whole, while the database is busy with the last; null when that is done before. */
  async #launchNext({ sent }: Flight, context: AppendContext): Promise<Flight | null> {
    const { reader } = this.#options;
    if (sent === null || !(await this.#queue.hasPrepared(reader.batchEvents, sent.written))) return null;
    if (this.#isDue || this.#stop.signal.aborted) return null;
    return launch(await reader.read(this.#queue), context, sent);
  }

  /** Waits for a batch to be committed; `next` has been sent behind it. */
  async #land(flight: Flight, next: Flight | null, context: AppendContext): Promise<void> {
    const { batch, sent } = flight;
    if (sent !== null && (await isWritten(sent))) {
      this.#announce(settle(sent, context), { context, startedAtMs: Math.max(flight.startedAtMs, this.#landedAtMs) });
    } else {
      // What was sent behind it has found the head elsewhere and written nothing. It is planned anew, and must not be
      // carried out in the middle of what follows.
      await next?.sent?.written.catch(() => {});
      if (next !== null) next.sent = null;
      if (sent !== null) delete context.tree;
      await this.#append(batch, context);
    }
    this.#landedAtMs = performance.now();
    for (const message of batch.messages) message.ack();
    await context.store.ensurePartitionFor(this.#head?.size ?? 0);
  }

  /** Appends a batch. When one of its events is at fault, each is tried alone, and the one at fault is kept aside. */
  async #append(batch: Batch, context: AppendContext): Promise<void> {
    try {
      await this.#commit(batch, context);
    } catch (error) {
      if (!isPoison(error)) throw error;
      const { log } = this.#options;
      const [first, ...others] = batch.good;
      if (first === undefined) throw error;
      const { refused: unfit, abandon, gaps, own } = batch;
      if (others.length + unfit.length + abandon.length + gaps.length + own.length === 0) {
        log.error({ err: error, eventId: first.eventId }, "an event cannot be stored");
        const refused = [refusal(first.envelope, eventSubject(first.type, first.tenant), "unstorable")];
        await this.#commit({ good: [], refused, abandon: [], gaps: [], own: [] }, context);
        return;
      }
      log.warn({ err: error, events: batch.good.length }, "a batch failed; its events are tried one by one");
      for (const event of batch.good)
        await this.#append({ good: [event], refused: [], abandon: [], gaps: [], own: [] }, context);
      await this.#commit({ ...batch, good: [] }, context);
    }
  }

  async #commit(batch: Batch, context: AppendContext): Promise<void> {
    const startedAtMs = performance.now();
    this.#announce(await appendBatch(batch, context), { context, startedAtMs });
  }

  #announce(appended: Appended, { context, startedAtMs }: { context: AppendContext; startedAtMs: number }): void {
    commitSeconds.observe((performance.now() - startedAtMs) / 1_000);
    this.#head = appended.head;
    const { leaves, duplicates, refused } = appended.plan;
    batchEvents.observe(leaves.length);
    eventsTotal.inc({ status: "committed" }, leaves.length);
    eventsTotal.inc({ status: "duplicate" }, duplicates.length);
    eventsTotal.inc({ status: "quarantined" }, refused.length);
    sizeGauge.set(appended.head.size);
    openGauge.set(context.open.size);
    for (const { event } of leaves) if (event.gap !== null) this.#reportGap(event.gap);
    for (const { reason, eventId, subject } of refused) {
      this.#options.log.error({ reason, eventId, subject }, "an event was quarantined");
    }
    this.#options.announce(appended);
  }

  #reportGap({ service, instance, missing }: Pick<GapEvent, "service" | "instance" | "missing">): void {
    gapNumbers.inc(missing.reduce((sum, { first, last }) => sum + last - first + 1, 0));
    this.#options.log.error({ service, instance, missing }, "events of a producer are missing from the register");
  }
}
