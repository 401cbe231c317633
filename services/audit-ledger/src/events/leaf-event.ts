import { eventTypeOf } from "@signalbox/proto";
import { leafHash, parseEnvelope } from "@signalbox/tlog";
import type { GoodEvent } from "./check-event.ts";
import type { AnyEvent } from "./contracts.ts";
import { fieldsOf, type EventFields } from "./event-fields.ts";

/** An envelope as a leaf with its columns. Nothing is checked: it is the ledger's own, or stood in the log before. */
export function leafEvent(envelope: Uint8Array): GoodEvent {
  const parsed = parseEnvelope(envelope);
  if (parsed === null) throw new Error("the leaf is not an event");
  return {
    ...payloadFields(parsed),
    ok: true,
    signedBy: parsed.signature.keyId,
    envelope,
    leafHash: leafHash(envelope),
    payload: parsed.payload,
    labels: null,
  };
}

/** What is kept of an event beside its bytes. Throws for a payload that is not an event of its type. */
export function payloadFields(of: { readonly payloadType: string; readonly payload: Uint8Array }): EventFields {
  const type = eventTypeOf(of.payloadType);
  if (type === undefined) throw new Error("the leaf is not an event");
  return fieldsOf({ ...(JSON.parse(Buffer.from(of.payload).toString("utf8")) as object), type } as AnyEvent);
}
