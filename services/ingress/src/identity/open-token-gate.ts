import { createHmac, hash } from "node:crypto";
import type { Logger } from "@signalbox/kit";
import { SignalboxError } from "@signalbox/proto";
import type { KeyRing, Principal } from "../keys/key-ring.ts";
import type { KeyState } from "../keys/read-keys.ts";
import type { IssuerConfig, JwksConfig } from "./issuer-config.ts";
import { IssuerKeys } from "./issuer-keys.ts";
import type { TokenGate } from "./token-gate.ts";
import { type VerifiedToken, verifyToken } from "./verify-token.ts";

const TOKENS_MAX = 10_000;
const SUBJECT_HEX_CHARS = 32;

type KnownToken = {
  readonly verified: VerifiedToken;
  readonly principal: Principal;
  /** The state of tenants and disabled identities that the principal was made from. */
  readonly state: KeyState;
};

/** Opens the gate for tokens: follows the issuers' keys, and remembers each verified token until it ends. */
export function openTokenGate(options: {
  issuers: readonly IssuerConfig[];
  jwks: JwksConfig;
  keys: KeyRing;
  log: Logger;
}): TokenGate {
  const { jwks, keys, log } = options;
  const known = new Map<string, KnownToken>();
  const verifying = new Map<string, Promise<Principal>>();
  // A token signed by a key that was withdrawn must not stay verified.
  const onChange = (): void => known.clear();
  const issuers = new Map(
    options.issuers.map((config) => [
      config.issuer,
      { config, keys: new IssuerKeys(config, { config: jwks, log, onChange }) },
    ]),
  );

  function remember(digest: string, verified: VerifiedToken): Principal {
    const state = keys.state();
    const principal = principalOf(verified, state);
    const issuer = issuers.get(verified.issuer)?.config;
    if (principal.reach === "line" && (issuer === undefined || !names(issuer, principal.tenant))) throw noAccess();
    const [oldest] = known.keys();
    if (known.size >= TOKENS_MAX && oldest !== undefined) known.delete(oldest);
    known.set(digest, { verified, principal, state });
    return principal;
  }

  async function verify(token: string, digest: string): Promise<Principal> {
    try {
      return remember(digest, await verifyToken(token, issuers));
    } finally {
      verifying.delete(digest);
    }
  }

  return {
    find(token) {
      const digest = hash("sha256", token, "base64url");
      const before = known.get(digest);
      if (before !== undefined && before.verified.endsAtMs > Date.now()) {
        return before.state === keys.state() ? before.principal : remember(digest, before.verified);
      }
      known.delete(digest);
      const underWay = verifying.get(digest);
      if (underWay !== undefined) return underWay;
      const begun = verify(token, digest);
      verifying.set(digest, begun);
      return begun;
    },
    [Symbol.dispose]() {
      for (const issuer of issuers.values()) issuer.keys[Symbol.dispose]();
    },
  };
}

/** The principal of a verified token. Throws `forbidden` where its tenant does not exist or its bearer is disabled. */
function principalOf({ tenant, role, caller, issuer, subject, endsAtMs }: VerifiedToken, state: KeyState): Principal {
  const digestKey = state.tenants.get(tenant);
  if (digestKey === undefined || (caller !== undefined && state.isDisabled(tenant, caller))) {
    throw noAccess();
  }
  const digest = createHmac("sha256", digestKey).update(`${issuer}\n${subject}`).digest("hex");
  return {
    keyId: `oidc-${digest.slice(0, SUBJECT_HEX_CHARS)}`,
    tenant,
    role,
    reach: state.reachOf(tenant),
    digestKey,
    ...(caller === undefined ? {} : { caller }),
    token: { endsAtMs, subject: caller?.user ?? subject },
  };
}

/**
 * Whether an issuer's configuration names the tenant itself, and not by `*`. Otherwise whoever chooses a tenant's name at
 * such an issuer could choose that of the tenant that runs the line, whose rights reach all others.
 */
function names({ tenant, tenants }: IssuerConfig, asked: string): boolean {
  return tenant === asked || tenants.includes(asked);
}

function noAccess(): SignalboxError {
  return new SignalboxError("forbidden", "The token's bearer has no access here.");
}
