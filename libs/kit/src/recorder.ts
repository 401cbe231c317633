import { eventSubject, SignalboxError, type EventType, type Labels, type StageName } from "@signalbox/proto";
import { encodeAuditMessage, type AuditItem } from "./audit-message.ts";
import type { Bus } from "./bus.ts";
import type { Signer } from "@signalbox/tlog";
import { createEventSigner } from "./event-signer.ts";
import type { Logger } from "./logger.ts";
import { createDurablePublisher, type DurablePublisher } from "./durable-publisher.ts";
import { listenReceipts, type ReceiptResult, type Receipts } from "./receipts.ts";

type RecordOptions = {
  type: EventType;
  tenant: string;
  /** The event without `eventId`, `producer` and `atMs`: they are added at the moment of signing. */
  event: Record<string, unknown>;
  /** Plain values for the erasable columns beside the leaf. */
  labels?: Labels | null;
  /** sync: resolves only when the ledger has committed the event. */
  audit: "async" | "sync";
  /** How long a refused or unanswered publish is tried again before giving up; 0 fails at once. */
  retryForMs: number;
  /** sync: how long the ledger's receipt is waited for at the most; the default is three times two seconds. */
  receiptWithinMs?: number;
};

export type Recorder = Disposable & {
  /**
   * Signs the event and resolves when it is acknowledged: by the AUDIT queue (async), or by the ledger's receipt
   * (sync). Rejects with `audit-unavailable` when it is not; the event must then be taken as not recorded.
   */
  record(options: RecordOptions): Promise<void>;
  /**
   * Signs one event that happened at `atMs`, for callers that keep it until it is acknowledged. Throws when it cannot
   * be signed.
   */
  sign(event: Pick<RecordOptions, "type" | "tenant" | "event"> & { readonly atMs: number }): SignedEvent;
  /**
   * Sends what was signed, and resolves on the AUDIT queue's acknowledgement. The ledger takes an event once, so it may
   * be sent as often as it takes, by any process. Rejects with `audit-unavailable`.
   */
  send(signed: SignedEvent, retryForMs: number): Promise<void>;
};

/** The exact bytes that become a leaf, and where they are sent. */
type SignedEvent = { readonly subject: string; readonly envelope: Uint8Array };

/** `giveUpAtMs` is on the monotonic clock, which nobody sets. */
type Pending = RecordOptions & { giveUpAtMs: number; resolve: () => void; reject: (error: SignalboxError) => void };
type Signed = { pending: Pending; eventId: string; item: AuditItem };
type Lane = { queue: Pending[]; inFlight: number; scheduled: boolean };

const MESSAGE_MAX_BYTES = 512 * 1024;
/** While this many publishes of a subject are unanswered, events gather: bursts become fewer, larger signatures. */
const IN_FLIGHT_MAX = 2;
const RECEIPT_TIMEOUT_MS = 2_000;
const RECEIPT_TRIES = 3;

/** One recorder a process: it owns the process's sequence numbers. */
export function createRecorder(options: { bus: Bus; service: StageName; key: Signer; log: Logger }): Recorder {
  const { bus, service, key, log } = options;
  const lanes = new Map<string, Lane>();
  const receipts = listenReceipts(bus);
  const publisher = createDurablePublisher(bus);
  const signEvents = createEventSigner({ service, instance: bus.instance, key });

  function sign(batch: Pending[]): Signed[] {
    return signEvents(batch).flatMap((result, index) => {
      const pending = batch[index]!;
      if (result.kind === "signed") {
        return {
          pending,
          eventId: result.eventId,
          item: { envelope: result.envelope, labels: pending.labels ?? null },
        };
      }
      log.error({ err: result.error, type: pending.type }, "an event cannot be recorded");
      pending.reject(unavailable(result.error));
      return [];
    });
  }

  function schedule(subject: string, lane: Lane): void {
    if (lane.scheduled || lane.queue.length === 0 || lane.inFlight >= IN_FLIGHT_MAX) return;
    lane.scheduled = true;
    setImmediate(() => {
      lane.scheduled = false;
      for (const message of splitMessages(sign(lane.queue.splice(0)))) {
        lane.inFlight += 1;
        void publishSigned({ publisher, receipts, subject, signed: message }).finally(() => {
          lane.inFlight -= 1;
          schedule(subject, lane);
        });
      }
    });
  }

  return {
    record(record) {
      const subject = eventSubject(record.type, record.tenant);
      let lane = lanes.get(subject);
      if (lane === undefined) lanes.set(subject, (lane = { queue: [], inFlight: 0, scheduled: false }));
      const { promise, resolve, reject } = Promise.withResolvers<void>();
      lane.queue.push({ ...record, giveUpAtMs: deadlineOf(record), resolve, reject });
      schedule(subject, lane);
      return promise;
    },
    sign({ type, tenant, event, atMs }) {
      const [result] = signEvents([{ type, event, atMs }]);
      if (result?.kind !== "signed") throw new Error("the event cannot be signed", { cause: result?.error });
      return { subject: eventSubject(type, tenant), envelope: result.envelope };
    },
    send: ({ subject, envelope }, retryForMs) => {
      const payload = encodeAuditMessage([{ envelope, labels: null }]);
      return publisher.publish({ subject, payload, retryForMs }).catch(giveUp);
    },
    [Symbol.dispose]() {
      receipts[Symbol.dispose]();
      publisher[Symbol.dispose]();
    },
  };
}

function deadlineOf({ receiptWithinMs = Infinity }: RecordOptions): number {
  return performance.now() + receiptWithinMs;
}

async function publishSigned(options: {
  publisher: DurablePublisher;
  receipts: Receipts;
  subject: string;
  signed: Signed[];
}): Promise<void> {
  const { publisher, receipts, subject, signed } = options;
  const payload = encodeAuditMessage(signed.map(({ item }) => item));
  const retryForMs = Math.max(...signed.map(({ pending }) => pending.retryForMs));
  let waiting = signed.filter(({ pending }) => pending.audit === "sync");
  try {
    for (let tries = 1; ; tries += 1) {
      const asked = waiting.map((each) => {
        const leftMs = Math.max(0, each.pending.giveUpAtMs - performance.now());
        const isLast = tries === RECEIPT_TRIES || leftMs <= RECEIPT_TIMEOUT_MS;
        return { each, isLast, receipt: receipts.wait(each.eventId, Math.min(RECEIPT_TIMEOUT_MS, leftMs)) };
      });
      await publisher.publish({ subject, payload, retryForMs });
      for (const { pending } of signed) if (pending.audit === "async") pending.resolve();
      const settled = asked.map(async ({ each, isLast, receipt }) => isSettled(each, await receipt, isLast));
      const areSettled = await Promise.all(settled);
      waiting = waiting.filter((_, index) => areSettled[index] === false);
      // A receipt travels at most once, so after a silence the event is sent again: the ledger answers for what it
      // holds.
      if (waiting.length === 0) return;
    }
  } catch (error) {
    for (const { pending } of signed) pending.reject(unavailable(error));
  }
}

/**
 * Settles an event whose receipt came, or will not; false when it is to be sent again. Each is settled by its own
 * receipt.
 */
function isSettled({ pending }: Signed, result: ReceiptResult, isLast: boolean): boolean {
  if (result.status === "timeout" && !isLast) return false;
  if (result.status === "committed") pending.resolve();
  else pending.reject(unavailable(result));
  return true;
}

function splitMessages(signed: Signed[]): Signed[][] {
  const messages: Signed[][] = [];
  let bytes = Infinity;
  for (const entry of signed) {
    const size = entry.item.envelope.length;
    if (bytes + size > MESSAGE_MAX_BYTES) {
      messages.push([]);
      bytes = 0;
    }
    messages.at(-1)!.push(entry);
    bytes += size;
  }
  return messages;
}

function giveUp(cause: unknown): never {
  throw unavailable(cause);
}

function unavailable(cause: unknown): SignalboxError {
  const message = "The register cannot take the record of this request now; nothing more was done.";
  return new SignalboxError("audit-unavailable", message, {
    details: { stage: "audit-ledger", retryAfterMs: 1_000 },
    cause,
  });
}
