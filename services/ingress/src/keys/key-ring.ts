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

/** Who asks: what a valid key, or a valid token, says of its bearer. */
export type Principal = {
  /** Of a token: a keyed digest of its subject. */
  readonly keyId: string;
  readonly tenant: string;
  readonly role: Role;
  /** Whether its rights are over the line or over its own tenant. */
  readonly reach: Reach;
  /** The HMAC key of the tenant's digests. */
  readonly digestKey: KeyObject;
  /** Absent: a member of its tenant, of whom nothing more is known. */
  readonly caller?: CallerIdentity;
  /** Where it may ask from; absent: from anywhere. */
  readonly networks?: Networks;
  /** What it may ask for; absent: for anything. */
  readonly operations?: ReadonlySet<Operation>;
  /** It speaks with the secret before the present one of its key. */
  readonly outgoing?: true;
  /** Of a token: when it ends, and who its issuer says that it is of. */
  readonly token?: { readonly endsAtMs: number; readonly subject: string };
};

/** expired: it was valid until then, and its bearer may be told so. unknown: no such key, or a revoked one. */
export type FoundKey =
  | { readonly kind: "valid"; readonly principal: Principal }
  | { readonly kind: "expired"; readonly expiredAt: Date }
  | { readonly kind: "unknown" };

/** All keys that are not revoked, in memory: a request asks no database who its caller is. */
export type KeyRing = AsyncDisposable & {
  /** The bearer of a secret key at this moment. */
  find(secretKey: string): FoundKey;
  /** Whether who was let in would be let in at this moment. */
  isActive(principal: Principal): boolean;
  /** What was read last: another object as soon as anything has changed. */
  state(): KeyState;
  /** Reads the keys again now, so that a change made here holds before its caller is answered. */
  reload(): Promise<void>;
  /**
   * False until the first read, and while the database has been silent for STALE_AFTER_MS: a revocation may be unknown
   * here.
   */
  isFresh(): boolean;
};

/** Together with one read of the table, well below the second within which a revocation holds. */
const POLL_EVERY_MS = 400;
/** An ordinary restart of the database is shorter, and every instance waits for it alike. */
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
      // An unknown id costs what a known one does, so time tells nothing about which ids exist.
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

/** Asked at every use, so that a key ends at its time and not at the next read of the table. */
function isToCome(time: Date): boolean {
  return time.getTime() > Date.now();
}

/** The bearer of the secret before the last change of it, while that holds. */
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
    // The revision is read first: keys that change in between are newer than it says, and are read once more.
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
