import { areDistinct, IssuerUrl, namesTenants } from "@signalbox/ingress/identity/issuer-config";
import { Network } from "@signalbox/ingress/identity/origin";
import { Role, TenantId } from "@signalbox/proto";
import { z } from "zod";
import { section } from "./section.ts";

const Claim = z.string().min(1).max(256);

const claims = section({
  tenant: Claim.nullable().default(null).describe("The claim that says which tenant, where the issuer has several."),
  team: Claim.nullable().default(null).describe("Which team."),
  project: Claim.nullable().default(null).describe("Which project."),
  user: Claim.default("sub").describe(
    "Which user: it stands in records of decisions and of changes, so a claim that names nobody by itself is best.",
  ),
  roles: Claim.nullable().default(null).describe("Which roles: a list, or words with spaces between."),
});

const Issuer = section({
  issuer: IssuerUrl.describe("The `iss` of its tokens, to the letter."),
  audience: z
    .union([z.string().min(1).max(512), z.array(z.string().min(1).max(512)).min(1).max(16)])
    .describe("A token's `aud` must name it, or one of them."),
  jwksUri: IssuerUrl.nullable()
    .default(null)
    .describe("Where its keys are; found at `<issuer>/.well-known/openid-configuration` unless it is given."),
  tenant: TenantId.nullable().default(null).describe("The tenant of all its bearers; or `claims.tenant` says it."),
  tenants: z
    .array(z.union([TenantId, z.literal("*")]))
    .max(1_024)
    .default([])
    .describe("The tenants that `claims.tenant` may name, `*` for all there are but the one that runs the line."),
  claims: claims
    .prefault({})
    .describe("What its tokens say, by claim, or by the path to it with dots between as in `realm_access.roles`."),
  roleMap: z
    .record(z.string().min(1).max(256), Role)
    .default({})
    .describe("From its words to roles here; the one that may do most holds."),
  defaultRole: Role.nullable()
    .default("member")
    .describe("The role of who has none of these; null lets nobody else in."),
}).superRefine(namesTenants);

export const IdentityConfig = section({
  operatorTenant: TenantId.default("default").describe(
    "The tenant that runs the line: the rights of its keys and tokens reach all tenants, those of every other tenant reach their own.",
  ),
  trustedProxies: z
    .array(Network)
    .max(64)
    .default([])
    .describe(
      "Addresses and networks of proxies before the line: where a request comes from is then told by their `X-Forwarded-For`. It matters to keys that are bound to networks.",
    ),
  issuers: z
    .array(Issuer)
    .max(16)
    .refine(areDistinct, "an issuer stands here twice")
    .default([])
    .describe("Whose OpenID Connect or JWT tokens are taken in place of a key."),
});
