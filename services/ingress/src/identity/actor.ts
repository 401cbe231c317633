import type { Principal } from "../keys/key-ring.ts";

const ACTOR_MAX_CHARS = 128;

/** The name under which a change is recorded: a key's id, for a token with its user. */
export function actorOf({ keyId, token }: Principal): string {
  return token === undefined ? keyId : `${keyId} ${token.subject}`.slice(0, ACTOR_MAX_CHARS).toWellFormed();
}
