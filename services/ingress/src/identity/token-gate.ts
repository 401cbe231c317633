import type { Principal } from "../keys/key-ring.ts";

/** A longer one is none. */
export const TOKEN_MAX_CHARS = 8_192;

/** Tokens of configured issuers, in place of a key. */
export type TokenGate = Disposable & {
  /**
   * The bearer of a token: at once for one that is known, else when it has been verified. Throws or rejects with
   * `invalid-api-key`, or with `stage-unavailable` while its issuer's keys cannot be read.
   */
  find(token: string): Principal | Promise<Principal>;
};
