import { Role, TenantId } from "@signalbox/proto";
import { z } from "zod";

const LOOPBACK = ["localhost", "127.0.0.1", "[::1]"];

/** Keys that come in the clear may be anybody's, so only this machine may send them so. */
export const IssuerUrl = z.url({ protocol: /^https?$/ }).refine((text) => {
  const { protocol, hostname } = new URL(text);
  return protocol === "https:" || LOOPBACK.includes(hostname);
}, "expected an https URL, or an http one on this machine");

/** A claim by its name, or, where there is none of that name, by the path to it with dots between. */
const Claim = z.string().min(1).max(256);

/** Whose tokens are taken in place of a key, and what they say of their bearer. */
export const IssuerConfig = z
  .strictObject({
    /** The `iss` of its tokens, to the letter; below it stands its OpenID configuration. */
    issuer: IssuerUrl,
    /** A token's `aud` must name one of them. */
    audience: z.union([z.string().min(1).max(512), z.array(z.string().min(1).max(512)).min(1).max(16)]),
    /** Where its keys are; found in its OpenID configuration unless it is given. */
    jwksUri: IssuerUrl.nullable().default(null),
    /** Whose all its bearers are. */
    tenant: TenantId.nullable().default(null),
    /** Whose they may be, where a claim says it; `*`: anybody's but the tenant's that runs the line, which must be named. */
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
    /** From the issuer's words to roles; the one of these that may do most holds. */
    roleMap: z.record(z.string().min(1).max(256), Role).default({}),
    /** The role of who has none of these; null lets nobody else in. */
    defaultRole: Role.nullable().default("member"),
  })
  .superRefine(namesTenants);
export type IssuerConfig = z.infer<typeof IssuerConfig>;

/** A token's tenant comes from one place, and is one that was said to be its issuer's. */
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
  /** After a reading, also one that failed, so long nobody's unknown key leads to another one. */
  cooldownMs: z.int().min(10).default(15_000),
  timeoutMs: z.int().min(10).default(5_000),
});
export type JwksConfig = z.infer<typeof JwksConfig>;
