import { setTimeout as sleep } from "node:timers/promises";
import type { Bus, Logger, UnsignedEvent } from "@signalbox/kit";
import type { GapEvent } from "@signalbox/proto";
import { refusal } from "../events/check-event.ts";
import { batchEvents, commitSeconds, eventsTotal, gapNumbers, leadingGauge, openGauge, sizeGauge } from "../metrics.ts";
import { PullQueue } from "../queue/pull-queue.ts";
import { AbandonWatch } from "./abandon-watch.ts";
import { appendBatch, type AppendContext, type Appended } from "./append-batch.ts";
import { isPoison } from "./failure.ts";
import { GapWatch } from "./gap-watch.ts";
import { takeHead, type Head } from "./head.ts";
import { unsaidKeyChanges } from "./key-changes.ts";
import { loadOpenRequests } from "./load-open-requests.ts";
import { loadSequences } from "./load-sequences.ts";
import { Partitions } from "./partitions.ts";
import type { Batch, PlanContext } from "./plan-batch.ts";
import type { BatchReader, CheckedEvent } from "./read-batch.ts";
import { openSession, type Session } from "./session.ts";

const LOCK_RETRY_MS = 250;
const BACKOFF_MIN_MS = 100;
const BACKOFF_MAX_MS = 5_000;
const SWEEP_EVERY_MS = 1_000;
const KEYS_EVERY_MS = 5_000;

export type SequencerOptions = {
  readonly bus: Bus;
  readonly log: Logger;
  readonly postgresUrl: string;
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
  readonly #queue: PullQueue<CheckedEvent[]>;

  constructor(options: SequencerOptions) {
    const { bus, log, reader } = options;
    this.#options = options;
    this.#queue = new PullQueue({ bus, log, prepare: (message) => reader.check(message) });
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
        await sleep(backoffMs, undefined, { signal: this.#stop.signal }).catch(() => {});
        backoffMs = Math.min(backoffMs * 2, BACKOFF_MAX_MS);
      } finally {
        // After an ordered stop the head stands as it was committed, and is signed as such.
        if (!this.#stop.signal.aborted) this.#head = null;
        leadingGauge.set(0);
      }
    }
  }

  async #serve(): Promise<void> {
    const { postgresUrl, log, origin, admitHead, sign } = this.#options;
    await using session = await openSession(postgresUrl, log);
    if (!(await this.#waitForLock(session))) return;
    const head = await takeHead(session.client, origin);
    await admitHead(head);
    const partitions = new Partitions(session.client);
    await partitions.ensureFor(head.size);
    const open = await loadOpenRequests(session.client, { from: head.openFrom, nowMs: performance.now() });
    const sequences = await loadSequences(session.client);
    this.#head = head;
    this.#enter("leading");
    leadingGauge.set(1);
    log.info({ size: head.size, epoch: head.epoch, open: open.size }, "sequencing");
    const context: AppendContext = { client: session.client, epoch: head.epoch, open, sequences, sign };
    const sweep = { everyMs: SWEEP_EVERY_MS, log, onDue: () => this.#queue.wake() };
    using _requests = this.#watch.sweepRegularly({ ...sweep, open });
    using _keys = this.#lookAtKeysRegularly();
    using _sequences = this.#gaps.sweepRegularly({ ...sweep, sequences });
    let isLost = false;
    void session.lost.then(() => {
      isLost = true;
      this.#queue.wake();
    });
    this.#queue.resume();
    while (!this.#stop.signal.aborted) {
      if (isLost) throw new Error("the sequencer's connection was lost");
      await this.#appendNext(context);
      await partitions.ensureFor(this.#head.size);
      await this.#queue.ready();
    }
    // What has been delivered is committed before an ordered end, because it would come again only after a while.
    while (await this.#appendNext(context));
  }

  async #waitForLock(session: Session): Promise<boolean> {
    while (!this.#stop.signal.aborted) {
      if (await session.tryLock()) return true;
      this.#enter("standby");
      this.#queue.drop();
      await sleep(LOCK_RETRY_MS, undefined, { signal: this.#stop.signal }).catch(() => {});
    }
    return false;
  }

  #enter(state: SequencerState): void {
    this.#state = state;
    this.#started.resolve();
  }

  #lookAtKeysRegularly(): Disposable {
    this.#mayKeysDiffer = true;
    const timer = setInterval(() => {
      this.#mayKeysDiffer = true;
      this.#queue.wake();
    }, KEYS_EVERY_MS);
    return {
      [Symbol.dispose]() {
        clearInterval(timer);
      },
    };
  }

  /** The log says that a key is retired only when nothing signed by it can follow any more. */
  async #keyChanges({ client }: AppendContext): Promise<UnsignedEvent[]> {
    if (!this.#mayKeysDiffer) return [];
    await this.#options.reader.refreshKeys();
    const changes = await unsaidKeyChanges(client);
    this.#mayKeysDiffer = false;
    return changes;
  }

  /** False when there was nothing to append. */
  async #appendNext(context: AppendContext): Promise<boolean> {
    const own = await this.#keyChanges(context);
    const { messages, ...received } = await this.#options.reader.read(this.#queue);
    const batch = { ...received, abandon: this.#watch.takeDue(), gaps: this.#gaps.takeDue(), own };
    if (messages.length === 0 && batch.abandon.length + batch.gaps.length + own.length === 0) return false;
    await this.#append(batch, context);
    for (const message of messages) message.ack();
    return true;
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
        const refused = [refusal(first.envelope, first.type, "unstorable")];
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
    const appended = await appendBatch(batch, context);
    commitSeconds.observe((performance.now() - startedAtMs) / 1_000);
    this.#head = appended.head;
    const { leaves, duplicates, refused } = appended.plan;
    batchEvents.observe(leaves.length);
    eventsTotal.inc({ status: "committed" }, leaves.length);
    eventsTotal.inc({ status: "duplicate" }, duplicates.length);
    eventsTotal.inc({ status: "quarantined" }, refused.length);
    sizeGauge.set(appended.head.size);
    openGauge.set(context.open.size);
    for (const { event } of leaves) if (event.event.type === "gap") this.#reportGap(event.event);
    for (const { reason, eventId, subject } of refused) {
      this.#options.log.error({ reason, eventId, subject }, "an event was quarantined");
    }
    this.#options.announce(appended);
  }

  #reportGap({ service, instance, missing }: GapEvent): void {
    gapNumbers.inc(missing.reduce((sum, { first, last }) => sum + last - first + 1, 0));
    this.#options.log.error({ service, instance, missing }, "events of a producer are missing from the register");
  }
}
