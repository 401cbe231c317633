import type { UnsignedAdminEvent } from "@signalbox/kit/admin-outbox";
import type { NewActivation } from "./policy-store.ts";

/** The audit event of an activation. */
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
