import type { IncomingHttpHeaders } from "node:http";
import { SignalboxError } from "@signalbox/proto";
import { type Networks, originOf } from "../identity/origin.ts";
import { TOKEN_MAX_CHARS, type TokenGate } from "../identity/token-gate.ts";
import type { KeyRing, Principal } from "../keys/key-ring.ts";

const BEARER = new RegExp(`^bearer +([\\x21-\\x7e]{1,${TOKEN_MAX_CHARS}})$`, "i");
/** The headers in which other dialects' SDKs send their key. */
const KEY_HEADERS = ["x-api-key", "x-goog-api-key", "api-key"] as const;

/** What a request's caller is recognised by. */
export type Gate = {
  readonly keys: KeyRing;
  /** Null: no issuer of tokens is configured. */
  readonly tokens: TokenGate | null;
  /** Proxies whose `X-Forwarded-For` is believed; null: nobody's. */
  readonly proxies: Networks | null;
};

type Asking = { readonly headers: IncomingHttpHeaders; readonly query: unknown; readonly ip: string | undefined };

/**
 * The caller of a request, by the first of `Authorization: Bearer`, `x-api-key` (Anthropic's SDK), `x-goog-api-key` or
 * `?key=` (Gemini's) and `api-key` (OpenAI's for Azure). A key is found in memory; a token that was not seen before is
 * verified first, hence the promise. Throws `invalid-api-key`, which never repeats what was sent, and `forbidden` for a key
 * that may not be used from the caller's address.
 */
export function authenticate(asking: Asking, gate: Gate): Principal | Promise<Principal> {
  const sent = sentKey(asking);
  if (sent === undefined) {
    throw new SignalboxError("invalid-api-key", "Send an API key in the header 'Authorization: Bearer <key>'.");
  }
  const found = sent === null ? null : gate.keys.find(sent);
  if (found?.kind === "valid") {
    const { principal } = found;
    if (principal.networks !== undefined) requireNetwork(principal.networks, asking, gate);
    return principal;
  }
  if (found?.kind === "unknown" && gate.tokens !== null && sent !== null && isToken(sent))
    return gate.tokens.find(sent);
  // Only a caller who has the whole secret learns that the key has expired.
  const problem = found?.kind === "expired" ? `expired at ${found.expiredAt.toISOString()}` : "is not valid";
  throw new SignalboxError("invalid-api-key", `The API key ${problem}.`);
}

function requireNetwork(networks: Networks, asking: Asking, { proxies }: Gate): void {
  const origin = originOf(asking, proxies);
  if (origin !== null && networks.has(origin)) return;
  throw new SignalboxError("forbidden", "The API key may not be used from this address.");
}

/** The key or token that was sent; undefined: none; null: something that has not the form of either. */
function sentKey({ headers, query }: Asking): string | null | undefined {
  if (headers.authorization !== undefined) return BEARER.exec(headers.authorization)?.[1] ?? null;
  for (const name of KEY_HEADERS) {
    const value = headers[name];
    if (value !== undefined) return typeof value === "string" && value.length <= TOKEN_MAX_CHARS ? value : null;
  }
  const { key } = (query ?? {}) as { key?: unknown };
  if (key === undefined) return undefined;
  // Tokens are not taken from a URL, which every log on the way keeps.
  return typeof key === "string" && !isToken(key) ? key : null;
}

/** Whether it looks like a JWT (RFC 7519): base64url of a JSON object, then a dot. No key has that form. */
function isToken(text: string): boolean {
  return text.startsWith("ey") && text.includes(".");
}
