import type { Metadata } from "@grpc/grpc-js";
import { may } from "../identity/authorise.ts";
import type { Principal } from "../keys/key-ring.ts";

/** The credentials that the ledger knows: ingress' own, and the operator's, which alone reads across tenants. */
export type LedgerCredentials = { readonly own: Metadata; readonly operator: Metadata | null };

/** The tenant and the credential with which the ledger is asked: the principal's own, or the empty name (all tenants) with the operator's. */
export function tenantScope(
  principal: Principal,
  credentials: LedgerCredentials,
): { readonly tenant: string; readonly metadata: Metadata } {
  if (credentials.operator !== null && may(principal, "reach-all-tenants"))
    return { tenant: "", metadata: credentials.operator };
  return { tenant: principal.tenant, metadata: credentials.own };
}
