import type { UnsignedAdminEvent } from "@signalbox/kit/admin-outbox";
import type { NewActivation } from "./policy-store.ts";

/** What the register says of another policy in force. */
export function activationEventOf(activation: NewActivation): UnsignedAdminEvent {
  const { actor, version, document, previous, base } = activation;
  return {
    object: "policy",
    change: "activated",
    id: version ?? "configuration",
    of: null,
    by: actor,
    before: previous,
    after: document,
    base,
  };
}
