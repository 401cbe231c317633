import { createEventSigner, type UnsignedEvent } from "@signalbox/kit";
import type { Signer } from "@signalbox/tlog";
import type { GoodEvent } from "../events/check-event.ts";
import { leafEvent } from "../events/leaf-event.ts";

/** Makes the ledger's own events, ready to be appended. Throws when one cannot be signed, which is a defect. */
export function createOwnEvents(instance: string, key: Signer): (events: readonly UnsignedEvent[]) => GoodEvent[] {
  const sign = createEventSigner({ service: "audit-ledger", instance, key });
  return (events) =>
    sign(events).map((result) => {
      if (result.kind === "signed") return leafEvent(result.envelope);
      throw new Error("the ledger's own event cannot be signed", { cause: result.error });
    });
}
