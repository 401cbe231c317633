import { createDurablePublisher, type Bus, type DurablePublisher, type Logger } from "@signalbox/kit";
import { ledgerSubject } from "@signalbox/proto";
import type { PlannedLeaf } from "../append/plan-batch.ts";
import { fanOutDropped } from "../metrics.ts";

const MESSAGE_MAX_BYTES = 512 * 1024;
/**
 * Beyond this many unanswered publishes, entries are left out: readers who must have all of them follow the log by
 * gRPC.
 */
const IN_FLIGHT_MAX = 256;
const RETRY_FOR_MS = 2_000;
/** More than stands before an entry's event: an index, an id, a type and a tenant, none of which needs an escape. */
const ENTRY_HEAD_MAX_BYTES = 256;
const END = Buffer.from("}]}");

/** Publishes committed entries to the LEDGER stream. Nothing waits for it, and a failure changes nothing. */
export class FanOut implements Disposable {
  readonly #publisher: DurablePublisher;
  readonly #log: Logger;
  #inFlight = 0;

  constructor(bus: Bus, log: Logger) {
    this.#publisher = createDurablePublisher(bus);
    this.#log = log;
  }

  /**
   * In a later turn of the event loop: receipts have gone by then, and whoever waits for one is not kept waiting by
   * this.
   */
  publish(leaves: readonly PlannedLeaf[]): void {
    setImmediate(() => {
      this.#publish(leaves);
    });
  }

  #publish(leaves: readonly PlannedLeaf[]): void {
    const bySubject = Map.groupBy(leaves, ({ event }) => ledgerSubject(event.type, event.tenant));
    for (const [subject, group] of bySubject) {
      for (const message of messagesOf(group)) void this.#send(subject, message);
    }
  }

  [Symbol.dispose](): void {
    this.#publisher[Symbol.dispose]();
  }

  async #send(subject: string, { payload, first }: Message): Promise<void> {
    if (this.#inFlight >= IN_FLIGHT_MAX) {
      fanOutDropped.inc();
      return;
    }
    this.#inFlight += 1;
    try {
      await this.#publisher.publish({ subject, payload, retryForMs: RETRY_FOR_MS });
    } catch (error) {
      fanOutDropped.inc();
      this.#log.warn({ err: error, subject, index: first }, "the LEDGER stream did not take committed entries");
    } finally {
      this.#inFlight -= 1;
    }
  }
}

type Message = { readonly payload: Uint8Array; readonly first: number };

/**
 * Entries as `LedgerEntries`, cut below the size of a message. The event is the payload's own bytes, not encoded again.
 */
function* messagesOf(leaves: readonly PlannedLeaf[]): Generator<Message> {
  let parts: Uint8Array[] = [];
  let bytes = 0;
  let first = 0;
  for (const { index, event } of leaves) {
    const { eventId, type, tenant, payload } = event;
    if (parts.length > 0 && bytes + ENTRY_HEAD_MAX_BYTES + payload.length > MESSAGE_MAX_BYTES) {
      yield { payload: Buffer.concat([...parts, END]), first };
      [parts, bytes] = [[], 0];
    }
    if (parts.length === 0) first = index;
    const before = parts.length === 0 ? '{"entries":[' : "},";
    const head = `{"index":${index},"eventId":"${eventId}","type":"${type}","tenant":"${tenant}","event":`;
    const headBytes = Buffer.from(before + head);
    parts.push(headBytes, payload);
    bytes += headBytes.length + payload.length;
  }
  if (parts.length > 0) yield { payload: Buffer.concat([...parts, END]), first };
}
