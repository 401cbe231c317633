import { createEventSigner, type UnsignedEvent } from "@signalbox/kit";
import { leafHash, parseEnvelope, type Signer } from "@signalbox/tlog";
import type { GoodEvent } from "../events/check-event.ts";
import { fieldsOf, type AnyEvent } from "../events/event-fields.ts";

/** Makes the ledger's own events, ready to be appended. Throws when one cannot be signed, which is a defect. */
export function createOwnEvents(instance: string, key: Signer): (events: readonly UnsignedEvent[]) => GoodEvent[] {
  const sign = createEventSigner({ service: "audit-ledger", instance, key });
  return (events) =>
    sign(events).map((result, at) => {
      if (result.kind === "rejected")
        throw new Error("the ledger's own event cannot be signed", { cause: result.error });
      const { envelope } = result;
      const payloadText = Buffer.from(parseEnvelope(envelope)?.payload ?? []).toString("utf8");
      const event = { ...JSON.parse(payloadText), type: events[at]?.type } as AnyEvent;
      const hash = leafHash(envelope);
      return {
        ok: true,
        ...fieldsOf(event),
        event,
        instance,
        signedBy: key.keyId,
        envelope,
        leafHash: hash,
        payloadText,
        labels: null,
      };
    });
}
