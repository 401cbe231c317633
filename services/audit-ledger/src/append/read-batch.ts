import { decodeAuditMessage } from "@signalbox/kit";
import { BatchCache } from "@signalbox/tlog";
import { checkEvent, type GoodEvent, type RefusedEvent } from "../events/check-event.ts";
import type { ProducerKeys } from "../events/producer-keys.ts";
import type { QueueMessage } from "../queue/held-messages.ts";
import type { PullQueue } from "../queue/pull-queue.ts";
import type { Batch } from "./plan-batch.ts";

/** Where a batch stops growing: the knee of the insert rate. A message is never cut. */
const BATCH_EVENTS = 256;

export type CheckedEvent = GoodEvent | RefusedEvent;

/** A batch with the messages that it came in, which are acknowledged when it is committed. */
export type ReceivedBatch = Batch & { readonly messages: readonly QueueMessage<CheckedEvent[]>[] };

/** Checks what comes from the queue and gathers it into batches. */
export class BatchReader {
  readonly #batches = new BatchCache();
  readonly #keys: ProducerKeys;
  readonly batchEvents: number;

  constructor(keys: ProducerKeys, { batchEvents = BATCH_EVENTS }: { readonly batchEvents?: number } = {}) {
    this.#keys = keys;
    this.batchEvents = batchEvents;
  }

  /** The events of a message, each with what is right or wrong with it. Does not throw, whatever the bytes are. */
  check({ subject, data }: { subject: string; data: Uint8Array }): CheckedEvent[] {
    return decodeAuditMessage(data).map((item) => {
      try {
        return checkEvent(item, { subject, keys: this.#keys, batches: this.#batches });
      } catch {
        return { ok: false, reason: "malformed", envelope: item.envelope, subject, eventId: null, instance: null };
      }
    });
  }

  /** The next batch: whatever has arrived since the last one, and nothing is waited for. */
  async read(queue: PullQueue<CheckedEvent[]>): Promise<ReceivedBatch> {
    const messages: QueueMessage<CheckedEvent[]>[] = [];
    const good: GoodEvent[] = [];
    const refused: RefusedEvent[] = [];
    while (good.length + refused.length < this.batchEvents) {
      const message = queue.shift();
      if (message === undefined) break;
      messages.push(message);
      for (const event of await this.#withFreshKeys(message)) {
        if (event.ok) good.push(event);
        else refused.push(event);
      }
    }
    return { messages, good, refused, abandon: [], gaps: [], own: [] };
  }

  /** Reads the producers' keys again: what is signed by a retired one is refused from here on. */
  async refreshKeys(): Promise<void> {
    await this.#keys.refresh();
  }

  /** Since the message came, a key that was unknown may have been added, and one that was known retired. */
  async #withFreshKeys(message: QueueMessage<CheckedEvent[]>): Promise<CheckedEvent[]> {
    const { content } = message;
    if (content.some((event) => !event.ok && event.reason === "unknown-key")) await this.#keys.refresh();
    else if (!content.some((event) => event.ok && !this.#keys.keys.has(event.signedBy))) return content;
    return this.check(message);
  }
}
