import type { Recorder } from "@signalbox/kit";
import { SYSTEM_TENANT, type AdminEvent } from "@signalbox/proto";
import { canonicalize, sha256Digest } from "@signalbox/tlog";
import type { VirtualKey } from "./key-store.ts";

const RETRY_FOR_MS = 5_000;

export type KeyChange = {
  readonly before: VirtualKey | null;
  readonly after: VirtualKey;
  /** The id of the key that asked for it. */
  readonly by: string;
};

/** Writes into the register that a virtual key was made or changed. Rejects with `audit-unavailable` when it cannot. */
export async function recordKeyChange(recorder: Recorder, { before, after, by }: KeyChange): Promise<void> {
  const event: Omit<AdminEvent, "eventId" | "producer" | "atMs"> = {
    schema: "signalbox.event.admin.v1",
    tenant: SYSTEM_TENANT,
    requestId: null,
    object: "virtual-key",
    change: changeOf(before, after),
    id: after.id,
    of: after.tenant,
    by,
    before: before === null ? null : digestOf(before),
    after: digestOf(after),
  };
  await recorder.record({ type: "admin", tenant: SYSTEM_TENANT, event, audit: "async", retryForMs: RETRY_FOR_MS });
}

function changeOf(before: VirtualKey | null, after: VirtualKey): AdminEvent["change"] {
  if (before === null) return "created";
  return before.revokedAt === null && after.revokedAt !== null ? "revoked" : "changed";
}

/** Of what a key may do and until when; when it was used last is no change of it. */
function digestOf({ id, tenant, name, role, expiresAt, revokedAt }: VirtualKey): string {
  const times = { expiresAt: expiresAt?.toISOString() ?? null, revokedAt: revokedAt?.toISOString() ?? null };
  return sha256Digest(canonicalize({ id, tenant, name, role, ...times }));
}
