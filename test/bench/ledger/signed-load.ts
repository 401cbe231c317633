import { encodeAuditMessage, uuidv7 } from "@signalbox/kit";
import { eventSubject } from "@signalbox/proto";
import { decisionEvent, outcomeEvent, type SignedEvent } from "../../flow/ledger-events.ts";
import type { BenchLedger } from "./bench-ledger.ts";

/** An AUDIT message as a producer sends it. */
export type Message = { readonly subject: string; readonly payload: Uint8Array; readonly eventIds: readonly string[] };

/** Requests whose events are signed and sent together, as a busy producer does. */
const REQUESTS_AT_ONCE = 64;

/** The decisions of some requests in one message and their outcomes in another, each under one signature. */
export function requestMessages({ policy, dispatcher }: BenchLedger, count: number): Message[] {
  if (count <= 0) return [];
  const parts = Array.from({ length: count }, () => ({ requestId: uuidv7(), decisionId: uuidv7() }));
  return [messageOf(policy.sign(parts.map(decisionEvent))), messageOf(dispatcher.sign(parts.map(outcomeEvent)))];
}

/** Messages with at least so many events, signed beforehand, so that signing takes nothing from what is measured. */
export function signedLoad(ledger: BenchLedger, events: number): Message[] {
  const requests = Math.ceil(events / (2 * REQUESTS_AT_ONCE));
  return Array.from({ length: requests }, () => requestMessages(ledger, REQUESTS_AT_ONCE)).flat();
}

function messageOf(events: readonly SignedEvent[]): Message {
  const [first] = events;
  if (first === undefined) throw new Error("a message holds events");
  return {
    subject: eventSubject(first.type, first.tenant),
    payload: encodeAuditMessage(events.map(({ envelope }) => ({ envelope, labels: null }))),
    eventIds: events.map(({ eventId }) => eventId),
  };
}
