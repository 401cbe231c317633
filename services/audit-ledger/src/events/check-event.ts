import { isAscii, isUtf8 } from "node:buffer";
import { compileCheck, type AuditItem, type Check } from "@signalbox/kit";
import { eventSubject, eventTypeOf, Uuid, type EventType, type Labels } from "@signalbox/proto";
import { leafHash, parseEnvelope, verifyEnvelope, type BatchCache } from "@signalbox/tlog";
import { z } from "zod";
import { parseJson } from "../parse-json.ts";
import { type AnyEvent, CONTRACTS } from "./contracts.ts";
import { fieldsOf, type EventFields } from "./event-fields.ts";
import { mayQueue, type ProducerKeys } from "./producer-keys.ts";

/** An event whose signature, producer and content are in order. */
export type GoodEvent = EventFields & {
  readonly ok: true;
  /** The key id of its signature. */
  readonly signedBy: string;
  /** The exact signed bytes, which become the leaf. */
  readonly envelope: Uint8Array;
  readonly leafHash: Buffer;
  /** The payload as it was signed: JSON in UTF-8. */
  readonly payload: Uint8Array;
  readonly labels: Labels | null;
};

type RefusalReason =
  | "malformed"
  | "unknown-key"
  | "bad-signature"
  | "wrong-payload-type"
  | "wrong-producer"
  | "not-an-event"
  | "inconsistent"
  | "event-id-conflict"
  | "second-outcome"
  | "unstorable";

/** An event that is kept aside. What it says of itself is only trusted to tell its sender. */
export type RefusedEvent = {
  readonly ok: false;
  readonly reason: RefusalReason;
  readonly envelope: Uint8Array;
  readonly subject: string;
  readonly eventId: string | null;
  readonly instance: string | null;
};

/** What is taken stays as it was parsed, for nothing in a contract changes a value. */
const CHECKS = Object.fromEntries(
  Object.entries(CONTRACTS).map(([type, contract]) => [type, compileCheck(contract)]),
) as Readonly<Record<EventType, Check>>;

type CheckContext = { readonly subject: string; readonly keys: ProducerKeys; readonly batches: BatchCache };

/** Checks one event as it came from the queue: form, signature, producer's right to the type, contract, subject. */
export function checkEvent(item: AuditItem, context: CheckContext): GoodEvent | RefusedEvent {
  const { subject, keys, batches } = context;
  const refuse = (reason: RefusalReason): RefusedEvent => refusal(item.envelope, subject, reason);
  const verified = verifyEnvelope(item.envelope, keys.keys, batches);
  if (!verified.ok) return refuse(verified.reason);
  const type = eventTypeOf(verified.payloadType);
  if (type === undefined) return refuse("wrong-payload-type");
  const service = keys.serviceOf(verified.keyId);
  if (service === undefined || !mayQueue(service, type)) return refuse("wrong-producer");
  const said = parseJson(textOf(verified.payload));
  if (!CHECKS[type](said)) return refuse("not-an-event");
  const event = Object.assign(said as object, { type }) as AnyEvent;
  if (event.producer.service !== service) return refuse("wrong-producer");
  if (eventSubject(type, event.tenant) !== subject || !agreesWithItself(event)) return refuse("inconsistent");
  return {
    ...fieldsOf(event),
    ok: true,
    signedBy: verified.keyId,
    envelope: item.envelope,
    leafHash: leafHash(item.envelope),
    payload: verified.payload,
    labels: item.labels,
  };
}

/** A decision says twice whose it is: in its head, and in the facts that were decided on. */
function agreesWithItself(event: AnyEvent): boolean {
  if (event.type !== "decision") return true;
  const { facts } = event.input;
  return facts.requestId === event.requestId && facts.tenant === event.tenant;
}

/** An event to be kept aside, with as much of its identity as can be read without trusting it. */
export function refusal(envelope: Uint8Array, subject: string, reason: RefusalReason): RefusedEvent {
  const payload = parseEnvelope(envelope)?.payload;
  const claim = Claim.safeParse(payload === undefined ? null : parseJson(textOf(payload))).data;
  return {
    ok: false,
    reason,
    envelope,
    subject,
    eventId: claim?.eventId ?? null,
    instance: claim?.producer?.instance ?? null,
  };
}

/** What an event that cannot be trusted says of itself. */
const Claim = z.object({
  eventId: Uuid.nullish().catch(null),
  producer: z.object({ instance: z.string() }).nullish().catch(null),
});

function textOf(payload: Uint8Array): string {
  const bytes = Buffer.from(payload.buffer, payload.byteOffset, payload.byteLength);
  // Nearly all payloads are ASCII, which is read at half the price.
  if (isAscii(bytes)) return bytes.toString("latin1");
  return isUtf8(bytes) ? bytes.toString("utf8") : "";
}
