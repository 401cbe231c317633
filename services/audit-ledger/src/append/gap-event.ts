import type { UnsignedEvent } from "@signalbox/kit";
import { SYSTEM_TENANT, type GapEvent } from "@signalbox/proto";
import type { NumberRange } from "./number-set.ts";
import type { ProducerInstance } from "./sequences.ts";

/** Says that the register has no leaf for these numbers of a producer. */
export function gapEvent({ service, instance }: ProducerInstance, missing: readonly NumberRange[]): UnsignedEvent {
  const event: Omit<GapEvent, "eventId" | "producer" | "atMs"> = {
    schema: "signalbox.event.gap.v1",
    tenant: SYSTEM_TENANT,
    requestId: null,
    service,
    instance,
    missing: [...missing],
  };
  return { type: "gap", event };
}
