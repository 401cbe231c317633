import { SignalboxError } from "@signalbox/proto";
import type { Principal } from "../keys/key-ring.ts";
import { may } from "./authorise.ts";

type Asking = Pick<Principal, "tenant" | "role" | "reach">;

/** The one tenant that a bearer's rights reach; null: all of them. */
export function tenantBound(asking: Asking): string | null {
  return may(asking, "reach-all-tenants") ? null : asking.tenant;
}

/** Whether a bearer's rights reach what belongs to a tenant, or with null to no single one. To others it does not exist. */
export function reaches(asking: Asking, tenant: string | null): boolean {
  const bound = tenantBound(asking);
  return bound === null || bound === tenant;
}

/** The tenant that a request names, or the bearer's own where it names none. Throws `forbidden` for one out of reach. */
export function meantTenant(asking: Asking, named: string | undefined): string {
  if (named === undefined || reaches(asking, named)) return named ?? asking.tenant;
  throw new SignalboxError("forbidden", "The key does not reach another tenant.", { details: { param: "tenant" } });
}
