import type { UnsignedAdminEvent } from "@signalbox/kit/admin-outbox";
import { canonicalize, sha256Digest } from "@signalbox/tlog";
import type { VirtualKey } from "./key-store.ts";

export type KeyChange = {
  readonly before: VirtualKey | null;
  readonly after: VirtualKey;
  /** The id of the key that asked for it. */
  readonly by: string;
};

/** What the register says of a virtual key that was made or changed. */
export function keyEventOf({ before, after, by }: KeyChange): UnsignedAdminEvent {
  return {
    object: "virtual-key",
    change: changeOf(before, after),
    id: after.id,
    of: after.tenant,
    by,
    before: before === null ? null : digestOf(before),
    after: digestOf(after),
  };
}

function changeOf(before: VirtualKey | null, after: VirtualKey): UnsignedAdminEvent["change"] {
  if (before === null) return "created";
  return before.revokedAt === null && after.revokedAt !== null ? "revoked" : "changed";
}

/** Of what a key may do and until when; when it was used last is no change of it. */
function digestOf({ id, tenant, name, role, expiresAt, revokedAt }: VirtualKey): string {
  const times = { expiresAt: expiresAt?.toISOString() ?? null, revokedAt: revokedAt?.toISOString() ?? null };
  return sha256Digest(canonicalize({ id, tenant, name, role, ...times }));
}
