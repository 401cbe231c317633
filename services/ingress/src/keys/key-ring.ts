import { createSecretKey, timingSafeEqual, type KeyObject } from "node:crypto";
import type { Logger } from "@signalbox/kit";
import type { Operation, Role } from "@signalbox/proto";
import { sql, type Kysely } from "kysely";
import type { CallerIdentity } from "../identity/caller-identity.ts";
import type { Networks } from "../identity/origin.ts";
import type { Reach } from "../identity/right.ts";
import type { KeyDatabase } from "./key-database.ts";
import { NO_KEYS, readKeyState, type KeyEntry, type KeyState } from "./read-keys.ts";
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

/** Together with the read itself, well below the second within which a revocation must hold. */
const POLL_EVERY_MS = 400;
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

/** The keys as they were read last. */
class KeyTable {
  readonly #db: Kysely<KeyDatabase>;
  readonly #operatorTenant: string;
  #revision = "";
  #reading = Promise.resolve();
  state = NO_KEYS;
  readAtMs = 0;

  constructor(db: Kysely<KeyDatabase>, operatorTenant: string) {
    this.#db = db;
    this.#operatorTenant = operatorTenant;
  }

  /** One read after the other, so that an older one never overwrites a newer one's keys. */
  reload(): Promise<void> {
    const read = (): Promise<void> => this.#read();
    this.#reading = this.#reading.then(read, read);
    return this.#reading;
  }

  async #read(): Promise<void> {
    // The revision is read first, so that keys which change between the two reads are read once more.
    const revision = await readRevision(this.#db);
    if (revision !== this.#revision) {
      this.state = await readKeyState(this.#db, this.#operatorTenant);
      this.#revision = revision;
    }
    this.readAtMs = Date.now();
  }
}

function pollRegularly(keys: KeyTable, log: Logger): AsyncDisposable {
  let timer: NodeJS.Timeout | null = null;
  let polling = Promise.resolve();
  let failing = false;

  async function poll(): Promise<void> {
    try {
      await keys.reload();
      failing = false;
    } catch (error) {
      if (!failing) log.error({ err: error }, "the keys cannot be read; those that were valid stay so");
      failing = true;
    }
    if (timer !== null) schedule();
  }

  function schedule(): void {
    timer = setTimeout(() => {
      polling = poll();
    }, POLL_EVERY_MS);
  }

  schedule();
  return {
    async [Symbol.asyncDispose]() {
      clearTimeout(timer ?? undefined);
      timer = null;
      await polling;
    },
  };
}

async function readRevision(db: Kysely<KeyDatabase>): Promise<string> {
  const { rows } = await sql<{ revision: string }>`select revision from virtual_key_revision`.execute(db);
  return rows[0]?.revision ?? "";
}
