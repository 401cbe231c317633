import type { Recorder } from "@signalbox/kit";
import { SYSTEM_TENANT, type AdminEvent } from "@signalbox/proto";

const RETRY_FOR_MS = 2_000;

/** Records that somebody reads a request's content. Rejects with `audit-unavailable`: the content is not given out then. */
export async function recordRead(
  recorder: Recorder,
  { by, of, requestId }: Pick<AdminEvent, "by"> & { readonly of: string; readonly requestId: string },
): Promise<void> {
  const event: Omit<AdminEvent, "eventId" | "producer" | "atMs"> = {
    schema: "signalbox.event.admin.v1",
    tenant: SYSTEM_TENANT,
    requestId: null,
    object: "content",
    change: "read",
    id: requestId,
    of,
    by,
    before: null,
    after: null,
  };
  await recorder.record({ type: "admin", tenant: SYSTEM_TENANT, event, audit: "async", retryForMs: RETRY_FOR_MS });
}
