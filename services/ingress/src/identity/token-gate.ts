import type { Principal } from "../keys/key-ring.ts";

/** A longer text is refused as no token. */
export const TOKEN_MAX_CHARS = 8_192;

/** Recognises tokens of configured issuers, which stand in for a key. */
export type TokenGate = Disposable & {
  /**
   * The bearer of a token: at once for a known one, else once it has been verified. Throws or rejects with
   * `invalid-api-key`, with `forbidden` for a bearer without access, or with `stage-unavailable` while its issuer's keys
   * cannot be read.
   */
  find(token: string): Principal | Promise<Principal>;
};
