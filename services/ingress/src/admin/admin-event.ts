import type { UnsignedAdminEvent } from "@signalbox/kit/admin-outbox";
import { canonicalize, sha256Digest } from "@signalbox/tlog";

/** Fields that change by use alone; they are left out of the digests. */
const BY_USE = ["current", "lastUsedAt"];

type AdminChange = Pick<UnsignedAdminEvent, "object" | "change" | "id" | "of" | "by"> & {
  /** As the API shows it; null where there is none. */
  readonly before: object | null;
  readonly after: object | null;
};

/** The audit event of a change: who changed what, with digests of the state before and after. */
export function adminEventOf({ before, after, ...what }: AdminChange): UnsignedAdminEvent {
  return {
    ...what,
    before: before === null ? null : digestOf(before),
    after: after === null ? null : digestOf(after),
  };
}

/** Numbers are digested as text, because canonical JSON takes integers alone and amounts of dollars are none. */
function digestOf(shown: object): string {
  const kept = Object.entries(shown).filter(([name]) => !BY_USE.includes(name));
  const text = JSON.stringify(Object.fromEntries(kept), (_name, value: unknown) =>
    typeof value === "number" ? String(value) : value,
  );
  return sha256Digest(canonicalize(JSON.parse(text)));
}
