import { eventTypeOf } from "@signalbox/proto";
import { leafHash, parseEnvelope } from "@signalbox/tlog";
import type { GoodEvent } from "./check-event.ts";
import { fieldsOf, type AnyEvent } from "./event-fields.ts";

/** An envelope as a leaf with its columns. Nothing is checked: it is the ledger's own, or stood in the log before. */
export function leafEvent(envelope: Uint8Array): GoodEvent {
  const parsed = parseEnvelope(envelope);
  const type = eventTypeOf(parsed?.payloadType ?? "");
  if (parsed === null || type === undefined) throw new Error("the leaf is not an event");
  const event = { ...(JSON.parse(Buffer.from(parsed.payload).toString("utf8")) as object), type } as AnyEvent;
  return {
    ...fieldsOf(event),
    ok: true,
    signedBy: parsed.signature.keyId,
    envelope,
    leafHash: leafHash(envelope),
    payload: parsed.payload,
    labels: null,
  };
}
