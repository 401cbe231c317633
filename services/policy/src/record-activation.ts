import type { Logger, Recorder } from "@signalbox/kit";
import { SYSTEM_TENANT, type AdminEvent } from "@signalbox/proto";
import type { Kysely } from "kysely";
import type { Database } from "./kept-documents.ts";
import type { NewActivation } from "./policy-store.ts";

const RETRY_FOR_MS = 2_000;

/** Writes into the register that another policy is in force. Rejects with `audit-unavailable` when it cannot; then it is tried again later. */
export async function recordActivation(
  recorder: Recorder,
  db: Kysely<Database>,
  activation: NewActivation,
): Promise<void> {
  const { actor, version, document, previous, base } = activation;
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
    base,
  };
  await recorder.record({ type: "admin", tenant: SYSTEM_TENANT, event, audit: "async", retryForMs: RETRY_FOR_MS });
  await db
    .updateTable("policy_activation")
    .set({ is_recorded: true })
    .where("seq", "=", String(activation.seq))
    .execute();
}

/** The same of a configuration that has changed beneath the version, for which no start waits. Rejects never. */
export async function recordRebased(
  { recorder, db, log }: { recorder: Recorder; db: Kysely<Database>; log: Logger },
  activation: NewActivation,
): Promise<void> {
  await recordActivation(recorder, db, activation).catch((error: unknown) => {
    log.error({ err: error, seq: activation.seq }, "the register has no record of the changed configuration");
  });
}
