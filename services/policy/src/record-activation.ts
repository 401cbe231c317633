import type { Recorder } from "@signalbox/kit";
import { SYSTEM_TENANT, type AdminEvent, type PolicyActivation } from "@signalbox/proto";

const RETRY_FOR_MS = 2_000;

/** Writes into the register that another policy is in force. Rejects with `audit-unavailable` when it cannot. */
export async function recordActivation(recorder: Recorder, activation: PolicyActivation): Promise<void> {
  const { actor, version, document, previous } = activation;
  const event: Omit<AdminEvent, "eventId" | "producer" | "atMs"> = {
    schema: "signalbox.event.admin.v1",
    tenant: SYSTEM_TENANT,
    requestId: null,
    object: "policy",
    change: "activated",
    id: version ?? "configuration",
    of: null,
    by: actor,
    before: previous,
    after: document,
  };
  await recorder.record({ type: "admin", tenant: SYSTEM_TENANT, event, audit: "async", retryForMs: RETRY_FOR_MS });
}
