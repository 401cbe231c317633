import { createDurablePublisher, type Bus, type DurablePublisher, type Logger } from "@signalbox/kit";
import { ledgerSubject } from "@signalbox/proto";
import type { PlannedLeaf } from "../append/plan-batch.ts";
import { fanOutDropped } from "../metrics.ts";

const MESSAGE_MAX_BYTES = 512 * 1024;
/** Beyond this many unanswered publishes, entries are left out: readers who must have all of them follow the log by gRPC. */
const IN_FLIGHT_MAX = 256;
const RETRY_FOR_MS = 2_000;

/** Publishes committed entries to the LEDGER stream. Nothing waits for it, and a failure changes nothing. */
export class FanOut implements Disposable {
  readonly #publisher: DurablePublisher;
  readonly #log: Logger;
  #inFlight = 0;

  constructor(bus: Bus, log: Logger) {
    this.#publisher = createDurablePublisher(bus);
    this.#log = log;
  }

  publish(leaves: readonly PlannedLeaf[]): void {
    const bySubject = Map.groupBy(leaves, ({ event }) => ledgerSubject(event.type, event.tenant));
    for (const [subject, group] of bySubject) {
      for (const { payload, first } of messagesOf(group)) void this.#send(subject, { payload, first });
    }
  }

  [Symbol.dispose](): void {
    this.#publisher[Symbol.dispose]();
  }

  async #send(subject: string, message: { payload: string; first: number }): Promise<void> {
    if (this.#inFlight >= IN_FLIGHT_MAX) {
      fanOutDropped.inc();
      return;
    }
    this.#inFlight += 1;
    try {
      const payload = Buffer.from(message.payload);
      await this.#publisher.publish({ subject, payload, retryForMs: RETRY_FOR_MS });
    } catch (error) {
      fanOutDropped.inc();
      this.#log.warn({ err: error, subject, index: message.first }, "the LEDGER stream did not take committed entries");
    } finally {
      this.#inFlight -= 1;
    }
  }
}

/** Entries as `LedgerEntries`, cut below the size of a message. The event is the payload's own text, not encoded again. */
function* messagesOf(leaves: readonly PlannedLeaf[]): Generator<{ payload: string; first: number }> {
  let texts: string[] = [];
  let bytes = 0;
  let first = leaves[0]?.index ?? 0;
  for (const { index, event } of leaves) {
    const { eventId, type, tenant } = event;
    const head = JSON.stringify({ index, eventId, type, tenant });
    const text = `${head.slice(0, -1)},"event":${event.payloadText}}`;
    const size = Buffer.byteLength(text) + 1;
    if (texts.length > 0 && bytes + size > MESSAGE_MAX_BYTES) {
      yield { payload: `{"entries":[${texts.join(",")}]}`, first };
      [texts, bytes, first] = [[], 0, index];
    }
    texts.push(text);
    bytes += size;
  }
  if (texts.length > 0) yield { payload: `{"entries":[${texts.join(",")}]}`, first };
}
