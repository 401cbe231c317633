import { Role, TenantId } from "@signalbox/proto";
import { z } from "zod";

const LOOPBACK = ["localhost", "127.0.0.1", "[::1]"];

/** An https URL, or an http one on this machine: over plain http anybody on the way could replace the keys. */
export const IssuerUrl = z.url({ protocol: /^https?$/ }).refine((text) => {
  const { protocol, hostname } = new URL(text);
  return protocol === "https:" || LOOPBACK.includes(hostname);
}, "expected an https URL, or an http one on this machine");

/** A claim's name or, where no claim has that name, a path to it with dots between. */
const Claim = z.string().min(1).max(256);

/** An issuer whose tokens are accepted in place of a key, and what its tokens say of their bearer. */
export const IssuerConfig = z
  .strictObject({
    /** The exact `iss` of its tokens; its OpenID configuration is below it. */
    issuer: IssuerUrl,
    /** A token's `aud` must name one of them. */
    audience: z.union([z.string().min(1).max(512), z.array(z.string().min(1).max(512)).min(1).max(16)]),
    /** The URL of its keys; taken from its OpenID configuration unless given. */
    jwksUri: IssuerUrl.nullable().default(null),
    /** The tenant of all its bearers; null: `claims.tenant` says it. */
    tenant: TenantId.nullable().default(null),
    /** The tenants that `claims.tenant` may name; `*`: all but the one that runs the line, which must be named itself. */
    tenants: z
      .array(z.union([TenantId, z.literal("*")]))
      .max(1_024)
      .default([]),
    claims: z
      .strictObject({
        tenant: Claim.nullable().default(null),
        team: Claim.nullable().default(null),
        project: Claim.nullable().default(null),
        user: Claim.default("sub"),
        roles: Claim.nullable().default(null),
      })
      .prefault({}),
    /** The issuer's names of roles → roles here; of several the most powerful holds. */
    roleMap: z.record(z.string().min(1).max(256), Role).default({}),
    /** The role of bearers without any of these; null refuses them. */
    defaultRole: Role.nullable().default("member"),
  })
  .superRefine(namesTenants);
export type IssuerConfig = z.infer<typeof IssuerConfig>;

/** A token's tenant comes either from the configuration or from a claim, and then must be one that is listed. */
export function namesTenants(
  { tenant, tenants, claims }: { tenant: string | null; tenants: readonly string[]; claims: { tenant: string | null } },
  context: z.core.$RefinementCtx,
): void {
  if ((tenant === null) === (claims.tenant === null)) {
    const message = "name the `tenant` of all its bearers, or in `claims.tenant` the claim that says it; one of them";
    context.addIssue({ code: "custom", path: ["tenant"], message });
  } else if (tenant === null && tenants.length === 0) {
    context.addIssue({ code: "custom", path: ["tenants"], message: "name the tenants that `claims.tenant` may say" });
  }
}

export function areDistinct(issuers: readonly { readonly issuer: string }[]): boolean {
  return new Set(issuers.map(({ issuer }) => issuer)).size === issuers.length;
}

/** How the keys of issuers are followed. */
export const JwksConfig = z.strictObject({
  /** From one reading of the keys to the next. */
  refreshMs: z.int().min(100).default(300_000),
  /** For so long after each reading, also a failed one, a token with an unknown key does not cause another. */
  cooldownMs: z.int().min(10).default(15_000),
  timeoutMs: z.int().min(10).default(5_000),
});
export type JwksConfig = z.infer<typeof JwksConfig>;
