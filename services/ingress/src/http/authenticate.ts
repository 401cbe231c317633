import { SignalboxError } from "@signalbox/proto";
import type { KeyRing, Principal } from "../keys/key-ring.ts";

const BEARER = /^bearer +([\x21-\x7e]{1,256})$/i;

/** Who asks, from the `Authorization: Bearer` header. Throws `invalid-api-key`, which never repeats what was sent. */
export function authenticate(header: string | undefined, keys: KeyRing): Principal {
  if (header === undefined) {
    throw new SignalboxError("invalid-api-key", "Send an API key in the header 'Authorization: Bearer <key>'.");
  }
  const secretKey = BEARER.exec(header)?.[1];
  const principal = secretKey === undefined ? null : keys.find(secretKey);
  if (principal === null) throw new SignalboxError("invalid-api-key", "The API key is not valid.");
  return principal;
}
