import type { Bus, Logger, UnsignedEvent } from "@signalbox/kit";
import { leadingGauge } from "../metrics.ts";
import { PullQueue } from "../queue/pull-queue.ts";
import { AbandonWatch } from "./abandon-watch.ts";
import type { AppendContext, Appended } from "./append-batch.ts";
import { Appender } from "./appender.ts";
import { GapWatch } from "./gap-watch.ts";
import type { Head } from "./head.ts";
import { every } from "./every.ts";
import { pause } from "./pause.ts";
import type { PlanContext } from "./plan-batch.ts";
import type { BatchReader, CheckedEvent } from "./read-batch.ts";
import type { Store } from "./store.ts";

const LOCK_RETRY_MS = 250;
const BACKOFF_MIN_MS = 100;
const BACKOFF_MAX_MS = 5_000;
const SWEEP_EVERY_MS = 1_000;
const UNSAID_EVERY_MS = 2_000;
/** A standby takes the lock from a sequencer that says nothing for some of these. */
const BEAT_EVERY_MS = 1_000;

type SequencerOptions = {
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
type SequencerState = "starting" | "standby" | "leading" | "failing";

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
  #isUnsaidDue = true;
  /** Something that does not come by the queue is to be appended or looked at, between two batches. */
  #isDue = false;
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
    const { openStore, log, origin, admitHead } = this.#options;
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
    const appender = this.#appenderTo({ store, epoch: head.epoch, open, sequences });
    const sweep = { everyMs: SWEEP_EVERY_MS, log, onDue: () => this.#wakeFor() };
    using _requests = this.#watch.sweepRegularly({ ...sweep, open });
    using _unsaid = this.#lookForUnsaidRegularly();
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
      if (!(await this.#appendNext(store, appender))) await store.beat();
      await this.#queue.ready();
    }
    // What has been delivered is committed before an ordered end, because it would come again only after a while.
    while (await this.#appendNext(store, appender));
  }

  #appenderTo(known: Omit<AppendContext, "sign">): Appender {
    const { log, reader, sign, announce } = this.#options;
    return new Appender({
      context: { ...known, sign },
      queue: this.#queue,
      reader,
      log,
      isInterrupted: () => this.#isDue || this.#stop.signal.aborted,
      announce: (appended) => {
        this.#head = appended.head;
        announce(appended);
      },
    });
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

  #lookForUnsaidRegularly(): Disposable {
    this.#isUnsaidDue = true;
    return every(UNSAID_EVERY_MS, () => {
      this.#isUnsaidDue = true;
      this.#wakeFor();
    });
  }

  /** The next batch is read after the one on its way is committed, and bears what has fallen due. */
  #wakeFor(): void {
    this.#isDue = true;
    this.#queue.wake();
  }

  /**
   * What the log does not hold yet of changed keys and of replays. It says that a key is retired only when nothing that
   * the key signs can follow.
   */
  async #unsaidEvents(store: Store): Promise<UnsignedEvent[]> {
    if (!this.#isUnsaidDue) return [];
    const events = await store.unsaidEvents();
    // Read afterwards: a key that is retired in between is refused at once, and the log says so the next time.
    await this.#options.reader.refreshKeys();
    this.#isUnsaidDue = false;
    return events;
  }

  /**
   * Appends what has come, and then whole batches for as long as there are some. False when there was nothing to
   * append.
   */
  async #appendNext(store: Store, appender: Appender): Promise<boolean> {
    this.#isDue = false;
    const own = await this.#unsaidEvents(store);
    const received = await this.#options.reader.read(this.#queue);
    const batch = { ...received, abandon: this.#watch.takeDue(), gaps: this.#gaps.takeDue(), own };
    if (batch.messages.length + batch.abandon.length + batch.gaps.length + own.length === 0) return false;
    await appender.append(batch);
    return true;
  }
}
