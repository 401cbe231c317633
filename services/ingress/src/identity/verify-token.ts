import { SignalboxError } from "@signalbox/proto";
import { decodeJwt, errors, jwtVerify } from "jose";
import type { IssuerConfig } from "./issuer-config.ts";
import type { IssuerKeys } from "./issuer-keys.ts";
import { type Claimed, readClaims } from "./read-claims.ts";

/** What a verified token says. */
export type VerifiedToken = Extract<Claimed, { kind: "claimed" }> & {
  readonly issuer: string;
  readonly subject: string;
  readonly endsAtMs: number;
};

type KnownIssuer = { readonly config: IssuerConfig; readonly keys: IssuerKeys };

/** How far clocks may be apart. */
const LEEWAY_SECONDS = 30;
const MS_PER_SECOND = 1_000;

/** Public-key signatures alone: no HMAC, for which a public key could be misused as the secret, and no `none`. */
const ALGORITHMS = "RS256 RS384 RS512 PS256 PS384 PS512 ES256 ES384 ES512 EdDSA Ed25519".split(" ");

/** Verifies a token. Rejects with `invalid-api-key`; its message says what is wrong only where the signature is valid. */
export async function verifyToken(token: string, issuers: ReadonlyMap<string, KnownIssuer>): Promise<VerifiedToken> {
  const issuer = issuers.get(issuerOf(token));
  if (issuer === undefined) throw refusal("is not valid");
  const { config, keys } = issuer;
  try {
    const { payload } = await jwtVerify(token, (header) => keys.keyFor(header), {
      issuer: config.issuer,
      audience: config.audience,
      algorithms: ALGORITHMS,
      clockTolerance: LEEWAY_SECONDS,
      requiredClaims: ["exp", "sub"],
    });
    const { exp = 0, iat = 0, sub = "" } = payload;
    if (iat > Date.now() / MS_PER_SECOND + LEEWAY_SECONDS) throw refusal("was issued in the future");
    const claimed = readClaims(payload, config);
    if (claimed.kind === "refused") throw refusal(claimed.reason);
    return { ...claimed, issuer: config.issuer, subject: sub, endsAtMs: exp * MS_PER_SECOND };
  } catch (error) {
    throw error instanceof SignalboxError ? error : refusal(problemOf(error));
  }
}

/** The issuer that an unverified token names; it decides only which keys to verify it with. */
function issuerOf(token: string): string {
  try {
    return decodeJwt(token).iss ?? "";
  } catch {
    return "";
  }
}

/** What is wrong with a token. jose checks claims only after the signature, so its claim errors may be told. */
function problemOf(error: unknown): string {
  if (error instanceof errors.JWTExpired) return "has expired";
  if (!(error instanceof errors.JWTClaimValidationFailed)) return "is not valid";
  return error.reason === "missing"
    ? `has no claim '${error.claim}'`
    : `does not hold here: its claim '${error.claim}'`;
}

function refusal(problem: string): SignalboxError {
  return new SignalboxError("invalid-api-key", `The token ${problem}.`);
}
