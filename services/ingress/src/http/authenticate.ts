import type { IncomingHttpHeaders } from "node:http";
import { SignalboxError } from "@signalbox/proto";
import type { KeyRing, Principal } from "../keys/key-ring.ts";

const BEARER = /^bearer +([\x21-\x7e]{1,256})$/i;
/** Where other dialects' SDKs put their key. */
const KEY_HEADERS = ["x-api-key", "x-goog-api-key"] as const;

type Asking = { readonly headers: IncomingHttpHeaders; readonly query: unknown };

/**
 * Who asks: from `Authorization: Bearer`, `x-api-key` (Anthropic's SDK), `x-goog-api-key` or `?key=` (Gemini's), the
 * first that is there. Throws `invalid-api-key`, which never repeats what was sent.
 */
export function authenticate(asking: Asking, keys: KeyRing): Principal {
  const sent = sentKey(asking);
  if (sent === undefined) {
    throw new SignalboxError("invalid-api-key", "Send an API key in the header 'Authorization: Bearer <key>'.");
  }
  const found = sent === null ? null : keys.find(sent);
  if (found?.kind === "valid") return found.principal;
  // Only who holds the whole key learns that it was one.
  const problem = found?.kind === "expired" ? `expired at ${found.expiredAt.toISOString()}` : "is not valid";
  throw new SignalboxError("invalid-api-key", `The API key ${problem}.`);
}

/** Undefined: none was sent. Null: what was sent has not the form of one. */
function sentKey({ headers, query }: Asking): string | null | undefined {
  if (headers.authorization !== undefined) return BEARER.exec(headers.authorization)?.[1] ?? null;
  for (const name of KEY_HEADERS) {
    const value = headers[name];
    if (value !== undefined) return typeof value === "string" ? value : null;
  }
  const { key } = (query ?? {}) as { key?: unknown };
  if (key === undefined) return undefined;
  return typeof key === "string" ? key : null;
}
