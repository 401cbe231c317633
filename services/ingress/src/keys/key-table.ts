import type { Logger } from "@signalbox/kit";
import { type Kysely, sql } from "kysely";
import type { KeyDatabase } from "./key-database.ts";
import { NO_KEYS, readKeyState } from "./read-keys.ts";

/** Together with the read itself, well below the second within which a revocation must hold. */
const POLL_EVERY_MS = 400;

/** The keys as they were read last. */
export class KeyTable {
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

/** Reads them again whenever their revision has changed. */
export function pollRegularly(keys: KeyTable, log: Logger): AsyncDisposable {
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
