import { createSecretKey, timingSafeEqual, type KeyObject } from "node:crypto";
import type { Logger } from "@signalbox/kit";
import type { Operation, Role } from "@signalbox/proto";
import type { Kysely } from "kysely";
import type { CallerIdentity } from "../identity/caller-identity.ts";
import type { Networks } from "../identity/origin.ts";
import type { Reach } from "../identity/right.ts";
import type { KeyDatabase } from "./key-database.ts";
import { KeyTable, pollRegularly } from "./key-table.ts";
import type { KeyEntry, KeyState } from "./read-keys.ts";
import { hashKey, keyIdOfSecret } from "./secret-key.ts";

/** The caller of a request: what its valid key or token says of its bearer. */
export type Principal = {
  /** The key's id; for a token, a keyed digest of its issuer and subject. */
  readonly keyId: string;
  readonly tenant: string;
  readonly role: Role;
  /** Whether its rights reach all tenants of the line or its own alone. */
  readonly reach: Reach;
  /** The HMAC key of the tenant's digests. */
  readonly digestKey: KeyObject;
  /** Absent: a member of its tenant, of whom nothing more is known. */
  readonly caller?: CallerIdentity;
  /** Where it may be used from; absent: anywhere. */
  readonly networks?: Networks;
  /** The operations that it may use; absent: all. */
  readonly operations?: ReadonlySet<Operation>;
  /** Set when it uses its key's previous secret. */
  readonly outgoing?: true;
  /** For a token: when it ends, and whose it is by its issuer's word. */
  readonly token?: { readonly endsAtMs: number; readonly subject: string };
};

/** expired: it was valid until `expiredAt`. unknown: no such key, or a revoked one. */
export type FoundKey =
  | { readonly kind: "valid"; readonly principal: Principal }
  | { readonly kind: "expired"; readonly expiredAt: Date }
  | { readonly kind: "unknown" };

/** All keys that are not revoked, in memory, so that no request waits for a database to know its caller. */
export type KeyRing = AsyncDisposable & {
  /** The bearer of a secret key at this moment. */
  find(secretKey: string): FoundKey;
  /** Whether a principal that was found earlier would still be found now. */
  isActive(principal: Principal): boolean;
  /** What was read last; a new object whenever anything has changed. */
  state(): KeyState;
  /** Reads the keys again now, so that a change made here holds before its caller is answered. */
  reload(): Promise<void>;
  /** False when the last successful read is older than STALE_AFTER_MS: a revocation may be unknown here then. */
  isFresh(): boolean;
};

/** Longer than an ordinary restart of the database, which all instances notice alike. */
const STALE_AFTER_MS = 30_000;

const UNKNOWN: FoundKey = { kind: "unknown" };

/** Reads the keys and follows their revision. Throws when the first read fails. */
export async function openKeyRing(options: {
  db: Kysely<KeyDatabase>;
  pepper: Uint8Array;
  /** The tenant that runs the line. */
  operatorTenant: string;
  log: Logger;
}): Promise<KeyRing> {
  const { db, log, operatorTenant } = options;
  const pepper = createSecretKey(options.pepper);
  const keys = new KeyTable(db, operatorTenant);
  await keys.reload();
  const polling = pollRegularly(keys, log);
  const nobody = hashKey("", pepper);
  return {
    find(secretKey) {
      const id = keyIdOfSecret(secretKey);
      if (id === null) return UNKNOWN;
      const entry = keys.state.entries.get(id);
      // The hash is computed for unknown ids too, so that timing does not reveal which ids exist.
      const hash = hashKey(secretKey, pepper);
      const found = timingSafeEqual(hash, entry?.hash ?? nobody) ? entry?.found : foundByPrevious(entry, hash);
      if (found === undefined || entry === undefined) return UNKNOWN;
      return entry.expiresAt === null || isToCome(entry.expiresAt)
        ? found
        : { kind: "expired", expiredAt: entry.expiresAt };
    },
    isActive({ keyId, tenant, caller, token }) {
      if (token !== undefined) return token.endsAtMs > Date.now() && !keys.state.isDisabled(tenant, caller ?? {});
      const entry = keys.state.entries.get(keyId);
      return entry !== undefined && (entry.expiresAt === null || isToCome(entry.expiresAt));
    },
    state: () => keys.state,
    reload: () => keys.reload(),
    isFresh: () => Date.now() - keys.readAtMs < STALE_AFTER_MS,
    [Symbol.asyncDispose]: () => polling[Symbol.asyncDispose](),
  };
}

/** Checked at every use, so that a key expires at its time and not at the next read of the table. */
function isToCome(time: Date): boolean {
  return time.getTime() > Date.now();
}

/** The bearer of a key's previous secret, while that is still accepted. */
function foundByPrevious(entry: KeyEntry | undefined, hash: Buffer): KeyEntry["found"] | undefined {
  const previous = entry?.previous ?? null;
  if (previous === null || !timingSafeEqual(hash, previous.hash)) return undefined;
  return previous.untilMs > Date.now() ? previous.found : undefined;
}
