import type { Bus } from "@signalbox/kit";
import { receiptSubject, type Receipt } from "@signalbox/proto";
import type { Plan } from "../append/plan-batch.ts";

type ReceiptEvent = Receipt["events"][number];

/** Below the bus' limit for a message, at less than 128 bytes an event. */
const EVENTS_MAX = 4_000;

/**
 * One token of a subject. An instance's name comes out of an event that may be anybody's, so another name gets no
 * receipt.
 */
const TOKEN = /^[A-Za-z0-9_-]{1,64}$/;

/**
 * Tells each producer instance what became of its events. A receipt is sent once; a lost one is asked for by sending
 * the event again.
 */
export function sendReceipts(bus: Bus, plan: Plan): void {
  for (const [instance, events] of receiptsOf(plan)) {
    for (let at = 0; at < events.length; at += EVENTS_MAX) {
      const receipt: Receipt = { events: events.slice(at, at + EVENTS_MAX) };
      bus.connection.publish(receiptSubject(instance), JSON.stringify(receipt));
    }
  }
}

function receiptsOf(plan: Plan): Map<string, ReceiptEvent[]> {
  const byInstance = new Map<string, ReceiptEvent[]>();
  function add(instance: string | null, event: ReceiptEvent): void {
    if (instance === null || !TOKEN.test(instance)) return;
    const events = byInstance.get(instance);
    if (events === undefined) byInstance.set(instance, [event]);
    else events.push(event);
  }
  for (const { index, event } of [...plan.leaves, ...plan.duplicates]) {
    if (event.producer.service === "audit-ledger") continue;
    add(event.producer.instance, { status: "committed", eventId: event.eventId, index });
  }
  for (const { instance, eventId, reason } of plan.refused) {
    if (eventId !== null) add(instance, { status: "quarantined", eventId, reason });
  }
  return byInstance;
}
