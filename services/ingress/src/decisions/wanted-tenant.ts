import { SignalboxError } from "@signalbox/proto";
import { reaches } from "../identity/reach.ts";
import type { Principal } from "../keys/key-ring.ts";

/** The tenant that a reader names, or empty for all that it may see. Throws `forbidden` for a tenant out of its reach. */
export function wantedTenant(principal: Principal, tenant: string | undefined): string {
  if (tenant === undefined || tenant === principal.tenant || reaches(principal, tenant)) return tenant ?? "";
  throw new SignalboxError("forbidden", "The key does not reach another tenant's decisions.");
}
