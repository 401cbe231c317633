import type { Logger } from "@signalbox/kit";
import { eventSubject, type GapEvent } from "@signalbox/proto";
import { refusal } from "../events/check-event.ts";
import { batchEvents, commitSeconds, eventsTotal, gapNumbers, openGauge, sizeGauge } from "../metrics.ts";
import type { PullQueue } from "../queue/pull-queue.ts";
import { appendBatch, settle, type AppendContext, type Appended } from "./append-batch.ts";
import { isPoison } from "./failure.ts";
import { isWritten, launch, type Flight } from "./flight.ts";
import type { Batch } from "./plan-batch.ts";
import type { BatchReader, CheckedEvent, ReceivedBatch } from "./read-batch.ts";

type AppenderOptions = {
  readonly context: AppendContext;
  readonly queue: PullQueue<CheckedEvent[]>;
  readonly reader: BatchReader;
  readonly log: Logger;
  /** Something else is to be done before a next batch is read. */
  readonly isInterrupted: () => boolean;
  /** After each commit. */
  readonly announce: (appended: Appended) => void;
};

/** Appends batches under one hold of the lock: the next is sent while the database is busy with the last. */
export class Appender {
  readonly #options: AppenderOptions;
  #size = 0;
  #landedAtMs = 0;

  constructor(options: AppenderOptions) {
    this.#options = options;
  }

  /** Appends a batch, and then whole ones for as long as the queue has some. */
  async append(batch: ReceivedBatch): Promise<void> {
    let flight: Flight | null = launch(batch, this.#options.context, null);
    while (flight !== null) {
      const next: Flight | null = await this.#launchNext(flight);
      await this.#land(flight, next);
      flight = next;
    }
  }

  /**
   * Sends the next batch as soon as it is whole, while the database is busy with the last; null when that is done
   * before.
   */
  async #launchNext({ sent }: Flight): Promise<Flight | null> {
    const { reader, queue, context, isInterrupted } = this.#options;
    if (sent === null || !(await queue.hasPrepared(reader.batchEvents, sent.written))) return null;
    return isInterrupted() ? null : launch(await reader.read(queue), context, sent);
  }

  /** Waits for a batch to be committed; `next` has been sent behind it. */
  async #land(flight: Flight, next: Flight | null): Promise<void> {
    const { context } = this.#options;
    const { batch, sent } = flight;
    if (sent !== null && (await isWritten(sent))) {
      this.#announce(settle(sent, context), Math.max(flight.startedAtMs, this.#landedAtMs));
    } else {
      // What was sent behind it has found the head elsewhere and written nothing. It is planned anew, and must not be
      // carried out in the middle of what follows.
      await next?.sent?.written.catch(() => {});
      if (next !== null) next.sent = null;
      if (sent !== null) delete context.tree;
      await this.#appendCarefully(batch);
    }
    this.#landedAtMs = performance.now();
    for (const message of batch.messages) message.ack();
    await context.store.ensurePartitionFor(this.#size);
  }

  /** Appends a batch. When one of its events is at fault, each is tried alone, and the one at fault is kept aside. */
  async #appendCarefully(batch: Batch): Promise<void> {
    try {
      await this.#commit(batch);
    } catch (error) {
      if (!isPoison(error)) throw error;
      const { log } = this.#options;
      const [first, ...others] = batch.good;
      if (first === undefined) throw error;
      const { refused: unfit, abandon, gaps, own } = batch;
      if (others.length + unfit.length + abandon.length + gaps.length + own.length === 0) {
        log.error({ err: error, eventId: first.eventId }, "an event cannot be stored");
        const refused = [refusal(first.envelope, eventSubject(first.type, first.tenant), "unstorable")];
        await this.#commit({ good: [], refused, abandon: [], gaps: [], own: [] });
        return;
      }
      log.warn({ err: error, events: batch.good.length }, "a batch failed; its events are tried one by one");
      for (const event of batch.good) {
        await this.#appendCarefully({ good: [event], refused: [], abandon: [], gaps: [], own: [] });
      }
      await this.#commit({ ...batch, good: [] });
    }
  }

  async #commit(batch: Batch): Promise<void> {
    const startedAtMs = performance.now();
    this.#announce(await appendBatch(batch, this.#options.context), startedAtMs);
  }

  #announce(appended: Appended, startedAtMs: number): void {
    commitSeconds.observe((performance.now() - startedAtMs) / 1_000);
    this.#size = appended.head.size;
    const { leaves, duplicates, refused } = appended.plan;
    batchEvents.observe(leaves.length);
    eventsTotal.inc({ status: "committed" }, leaves.length);
    eventsTotal.inc({ status: "duplicate" }, duplicates.length);
    eventsTotal.inc({ status: "quarantined" }, refused.length);
    sizeGauge.set(appended.head.size);
    openGauge.set(this.#options.context.open.size);
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
