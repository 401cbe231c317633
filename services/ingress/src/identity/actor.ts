import type { Principal } from "../keys/key-ring.ts";

const ACTOR_MAX_CHARS = 128;

/** Who is written down for a change: a key's id, or the user that a token is of. */
export function actorOf({ keyId, token }: Principal): string {
  return token === undefined ? keyId : `${keyId} ${token.subject}`.slice(0, ACTOR_MAX_CHARS).toWellFormed();
}
