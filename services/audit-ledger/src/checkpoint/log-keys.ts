import type { KeyObject } from "node:crypto";
import { readFileSync } from "node:fs";
import { readFile, stat } from "node:fs/promises";
import {
  formatVkey,
  producerKeyId,
  publicKeyFromRaw,
  readPemKeys,
  type LogKeyTerm,
  type NoteSigner,
} from "@signalbox/tlog";
import { sql, type Kysely, type RawBuilder } from "kysely";
import type { Database } from "../database.ts";

const KEYS_MAX = 8;

type FileKey = { readonly keyId: string; readonly privateKey: KeyObject };

/** A key of the log with what the log's own leaves say of it. */
type Term = LogKeyTerm & { readonly keyId: string };

/**
 * The keys that sign checkpoints. The file holds the private ones, and the log's leaves say when they sign: a further
 * key from the checkpoint on that covers the leaf which names it, and each until a checkpoint covers its retirement. In
 * between both sign. The file may be replaced while the ledger runs.
 */
export class LogKeys {
  readonly #file: string;
  readonly #origin: string;
  readonly #db: Kysely<Database>;
  #keys: readonly FileKey[];
  #mtimeMs = 0;
  #terms: readonly Term[] = [];

  /** Throws when the file holds no Ed25519 key. */
  constructor(options: { readonly file: string; readonly origin: string; readonly db: Kysely<Database> }) {
    this.#file = options.file;
    this.#origin = options.origin;
    this.#db = options.db;
    this.#keys = readKeys(readFileSync(options.file, "utf8"), options.file);
  }

  /** The verifier key of the first key in the file that was not retired, as far as is known. */
  get vkey(): string {
    const retired = new Set(this.#terms.filter((term) => term.retiredIndex !== null).map(({ keyId }) => keyId));
    const [first] = this.#keys as [FileKey];
    const key = this.#keys.find(({ keyId }) => !retired.has(keyId)) ?? first;
    return formatVkey(this.#origin, key.privateKey);
  }

  /**
   * Every key of the log that there has been, with its term; a key that the log does not speak of has signed from the
   * first leaf.
   */
  async terms(): Promise<readonly LogKeyTerm[]> {
    await this.#look();
    const [first] = this.#keys as [FileKey];
    if (this.#terms.some(({ keyId }) => keyId === first.keyId)) return this.#terms;
    const vkey = formatVkey(this.#origin, first.privateKey);
    return [{ vkey, fromIndex: null, retiredIndex: null }, ...this.#terms];
  }

  /** Who signs a checkpoint over so many leaves, which are committed. Throws when all keys in the file were retired. */
  async signersFor(size: number): Promise<NoteSigner[]> {
    await this.#look();
    const terms = new Map(this.#terms.map((term) => [term.keyId, term]));
    const signing = this.#keys.filter(({ keyId }, at) => {
      const { fromIndex = null, retiredIndex = null } = terms.get(keyId) ?? {};
      if (retiredIndex !== null && retiredIndex < size) return false;
      return at === 0 || (fromIndex !== null && fromIndex < size);
    });
    if (signing.length === 0) throw new Error(`the log has retired every key in ${this.#file}`);
    return signing.map(({ privateKey }) => ({ name: this.#origin, privateKey }));
  }

  async #look(): Promise<void> {
    const { mtimeMs } = await stat(this.#file);
    if (mtimeMs !== this.#mtimeMs) {
      this.#keys = readKeys(await readFile(this.#file, "utf8"), this.#file);
      this.#mtimeMs = mtimeMs;
    }
    this.#terms = await this.#readTerms();
  }

  async #readTerms(): Promise<Term[]> {
    const rows = await this.#db
      .selectFrom("ledger_log_key")
      .select(["key_id", "public_key"])
      .select([leafOf("rotated").as("from_idx"), leafOf("retired").as("retired_idx")])
      .where("origin", "=", this.#origin)
      // Of a key that no leaf speaks of yet it would seem that it has signed from the first one.
      .where(sql<boolean>`exists (select from ledger_leaf where type = 'key' and key_id = ledger_log_key.key_id)`)
      .orderBy("added_at")
      .execute();
    return rows.map(({ key_id: keyId, public_key: raw, from_idx: from, retired_idx: retired }) => ({
      keyId,
      vkey: formatVkey(this.#origin, publicKeyFromRaw(raw)),
      fromIndex: from === null ? null : Number(from),
      retiredIndex: retired === null ? null : Number(retired),
    }));
  }
}

/** The first leaf that says this of the key. */
function leafOf(change: string): RawBuilder<string | null> {
  return sql`(select min(idx) from ledger_leaf
    where type = 'key' and key_id = ledger_log_key.key_id and kind = ${change})`;
}

/** The keys of a PEM file in their order. */
function readKeys(pem: string, file: string): FileKey[] {
  const keys = readPemKeys(pem).filter(({ type }) => type === "private");
  if (keys.length === 0 || keys.length > KEYS_MAX || keys.some((key) => key.asymmetricKeyType !== "ed25519")) {
    throw new Error(`${file} must hold one Ed25519 key, or a few, as PKCS #8 in PEM`);
  }
  return keys.map((privateKey) => ({ keyId: producerKeyId(privateKey), privateKey }));
}
