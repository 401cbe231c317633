import type { Metadata } from "@grpc/grpc-js";
import { callerOf } from "@signalbox/kit/grpc";
import { SignalboxError, TenantId } from "@signalbox/proto";

/** The caller that may read all tenants' entries. */
const OPERATOR = "operator";

/** Service name → `sha256:<hex>` of its token. */
export type Callers = Readonly<Record<string, string>>;

/** Whose entries a call may see; null is everyone's. */
export type Scope = { readonly tenant: string | null };

/**
 * Authenticates the calling service and reads the tenant that it asks for. Throws `invalid-api-key`, `forbidden` for
 * all tenants by anyone but the operator, or `invalid-request` for a name that no tenant can have.
 */
export function scopeOf(call: { metadata: Metadata; request: { tenant: string } }, callers: Callers): Scope {
  return scopeFor(callerOf(call.metadata, callers), call.request.tenant);
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
