import type { JSONWebKeySet, JWK } from "jose";
import { z } from "zod";
import { fetchJson } from "./fetch-json.ts";
import { type IssuerConfig, IssuerUrl } from "./issuer-config.ts";

const KEYS_MAX = 64;

/** https://openid.net/specs/openid-connect-discovery-1_0.html#ProviderMetadata */
const Discovered = z.looseObject({ issuer: z.string(), jwks_uri: IssuerUrl });

const Key = z.looseObject({ kty: z.string(), kid: z.string().max(256).optional(), use: z.string().optional() });
const KeySet = z.looseObject({ keys: z.array(z.unknown()).max(KEYS_MAX) });

/** Fetches an issuer's present signing keys. Rejects when they cannot be read. */
export async function fetchKeys(
  { issuer, jwksUri }: Pick<IssuerConfig, "issuer" | "jwksUri">,
  signal: AbortSignal,
): Promise<JSONWebKeySet> {
  const { keys } = KeySet.parse(await fetchJson(jwksUri ?? (await discover(issuer, signal)), signal));
  return { keys: keys.flatMap((key) => (Key.safeParse(key).data as JWK | undefined) ?? []).filter(isPublicSigningKey) };
}

/** Leaves out shared secrets and private keys: whoever reads them in such a set could sign with them. */
function isPublicSigningKey({ kty, use, d }: JWK): boolean {
  return ["RSA", "EC", "OKP"].includes(kty ?? "") && (use === undefined || use === "sig") && d === undefined;
}

async function discover(issuer: string, signal: AbortSignal): Promise<string> {
  const url = `${issuer.replace(/\/+$/, "")}/.well-known/openid-configuration`;
  const discovered = Discovered.parse(await fetchJson(url, signal));
  if (discovered.issuer !== issuer) throw new Error(`${url} is of another issuer`);
  return discovered.jwks_uri;
}
