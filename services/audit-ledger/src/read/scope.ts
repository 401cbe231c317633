import type { Metadata } from "@grpc/grpc-js";
import { callerOf } from "@signalbox/kit/grpc";
import { SignalboxError, TenantId } from "@signalbox/proto";

/** The caller that may read all tenants' entries. */
const OPERATOR = "operator";

/** Whose entries a call may see; null is everyone's. */
export type Scope = { readonly tenant: string | null };

/**
 * The tenant that the calling service asks for. Throws `forbidden` for all tenants by anyone but the operator, or
 * `invalid-request` for a name that no tenant can have.
 */
export function scopeOf(call: { metadata: Metadata; request: { tenant: string } }): Scope {
  return scopeFor(callerOf(call.metadata), call.request.tenant);
}

/** The same of a caller that is known. */
export function scopeFor(caller: string, tenant: string): Scope {
  if (tenant === "") {
    if (caller !== OPERATOR) throw new SignalboxError("forbidden", "Only the operator reads across tenants.");
    return { tenant: null };
  }
  if (!TenantId.safeParse(tenant).success) {
    throw new SignalboxError("invalid-request", "No tenant has such a name.", { details: { param: "tenant" } });
  }
  return { tenant };
}
