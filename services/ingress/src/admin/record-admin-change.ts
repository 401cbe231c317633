import type { Recorder } from "@signalbox/kit";
import { SYSTEM_TENANT, type AdminEvent } from "@signalbox/proto";
import { canonicalize, sha256Digest } from "@signalbox/tlog";

const RETRY_FOR_MS = 5_000;
/** What changes by use is no change of the thing. */
const BY_USE = ["current", "lastUsedAt"];

export type AdminChange = Pick<AdminEvent, "object" | "change" | "id" | "of" | "by"> & {
  /** As the API shows it; null where there is none. */
  readonly before: object | null;
  readonly after: object | null;
};

/** Writes into the register who changed what. Rejects with `audit-unavailable` when it cannot. */
export async function recordAdminChange(recorder: Recorder, { before, after, ...what }: AdminChange): Promise<void> {
  const event: Omit<AdminEvent, "eventId" | "producer" | "atMs"> = {
    schema: "signalbox.event.admin.v1",
    tenant: SYSTEM_TENANT,
    requestId: null,
    ...what,
    before: before === null ? null : digestOf(before),
    after: after === null ? null : digestOf(after),
  };
  await recorder.record({ type: "admin", tenant: SYSTEM_TENANT, event, audit: "async", retryForMs: RETRY_FOR_MS });
}

/** Numbers of dollars are no integers, and are digested as text. */
function digestOf(shown: object): string {
  const kept = Object.entries(shown).filter(([name]) => !BY_USE.includes(name));
  const text = JSON.stringify(Object.fromEntries(kept), (_name, value: unknown) =>
    typeof value === "number" ? String(value) : value,
  );
  return sha256Digest(canonicalize(JSON.parse(text)));
}
