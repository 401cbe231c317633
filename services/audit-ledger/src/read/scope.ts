import type { Metadata } from "@grpc/grpc-js";
import { callerOf } from "@signalbox/kit";
import { SignalboxError, TenantId } from "@signalbox/proto";

/** The caller that may read all tenants' entries. */
/** Who may read across tenants: the operator, and ingress for its admins, whose rights it has checked. */
const ACROSS_TENANTS: ReadonlySet<string> = new Set(["operator", "ingress"]);

/** Service name → `sha256:<hex>` of its token. */
export type Callers = Readonly<Record<string, string>>;

/** Whose entries a call may see; null is everyone's. */
export type Scope = { readonly tenant: string | null };

/**
 * Authenticates the calling service and reads the tenant that it asks for. Throws `invalid-api-key`, `forbidden` for
 * all tenants by anyone but the operator, or `invalid-request` for a name that no tenant can have.
 */
export function scopeOf(call: { metadata: Metadata; request: { tenant: string } }, callers: Callers): Scope {
  const caller = callerOf(call.metadata, callers);
  const { tenant } = call.request;
  if (tenant === "") {
    if (!ACROSS_TENANTS.has(caller)) throw new SignalboxError("forbidden", "Only the operator reads across tenants.");
    return { tenant: null };
  }
  if (!TenantId.safeParse(tenant).success) {
    throw new SignalboxError("invalid-request", "No tenant has such a name.", { details: { param: "tenant" } });
  }
  return { tenant };
}
