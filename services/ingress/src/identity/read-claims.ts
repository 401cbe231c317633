import { type Role, ROLES, TenantId } from "@signalbox/proto";
import { callerIdentity, type CallerIdentity } from "./caller-identity.ts";
import type { IssuerConfig } from "./issuer-config.ts";

/** What a verified token says of its bearer, in the line's own words. */
export type Claimed =
  | {
      readonly kind: "claimed";
      readonly tenant: string;
      readonly role: Role;
      readonly caller: CallerIdentity | undefined;
    }
  | { readonly kind: "refused"; readonly reason: string };

type Claims = Readonly<Record<string, unknown>>;

const NAME_MAX_CHARS = 64;
const ROLES_MAX = 256;

/** Reads the claims that the issuer's configuration names. The reason of a refusal names a claim and never its value. */
export function readClaims(claims: Claims, issuer: IssuerConfig): Claimed {
  const tenant = issuer.tenant ?? tenantOf(claims, issuer);
  if (tenant === null) return refused("names no tenant that its issuer may speak for");
  const role = roleOf(claims, issuer);
  if (role === null) return refused("gives no role that is known here");
  const { team, project, user } = issuer.claims;
  const named = { team: nameOf(claims, team), project: nameOf(claims, project), user: nameOf(claims, user) };
  for (const [name, value] of Object.entries(named)) {
    if (value !== null && value.length > NAME_MAX_CHARS)
      return refused(`has a ${name} of more than ${NAME_MAX_CHARS} characters`);
  }
  return { kind: "claimed", tenant, role, caller: callerIdentity({ ...named, serviceAccount: null, role }) };
}

function tenantOf(claims: Claims, { claims: names, tenants }: IssuerConfig): string | null {
  const named = TenantId.safeParse(nameOf(claims, names.tenant)).data;
  return named !== undefined && (tenants.includes(named) || tenants.includes("*")) ? named : null;
}

/** The most powerful role that the token's words are mapped to, or the default. */
function roleOf(claims: Claims, { claims: names, roleMap, defaultRole }: IssuerConfig): Role | null {
  const words = wordsOf(valueOf(claims, names.roles));
  const roles = words.flatMap((word) => (Object.hasOwn(roleMap, word) ? [roleMap[word]] : []));
  return ROLES.find((role) => roles.includes(role)) ?? defaultRole;
}

/** A list of words, or one text with spaces between them, as OAuth writes scopes. */
function wordsOf(value: unknown): string[] {
  const list = typeof value === "string" ? value.split(" ") : Array.isArray(value) ? value : [];
  return list.slice(0, ROLES_MAX).filter((word) => typeof word === "string");
}

function nameOf(claims: Claims, name: string | null): string | null {
  const value = valueOf(claims, name);
  return typeof value === "string" && value !== "" ? value : null;
}

/** A claim by its full name, which may hold dots, else by a path into nested claims. */
function valueOf(claims: Claims, name: string | null): unknown {
  if (name === null) return undefined;
  if (Object.hasOwn(claims, name)) return claims[name];
  return name.split(".").reduce<unknown>((value, part) => {
    const isObject = typeof value === "object" && value !== null && Object.hasOwn(value, part);
    return isObject ? (value as Claims)[part] : undefined;
  }, claims);
}

function refused(reason: string): Claimed {
  return { kind: "refused", reason };
}
