import type { Usage } from "@signalbox/proto";
import { uuidv7, type Logger } from "@signalbox/kit";
import { BodyMemory } from "./body-memory.ts";
import type { CacheEntry } from "./cache-entry.ts";
import { EntryIndex } from "./entry-index.ts";
import type { EntryNotice } from "./entry-notices.ts";
import type { EntryTable } from "./entry-table.ts";

/** A hit that was decided is read a moment later: an expired answer can be read for this much longer. */
const READ_GRACE_MS = 60_000;

/** An answer as the dispatcher sends it. */
export type NewAnswer = {
  /** The request that it answers; empty: nobody knows. */
  readonly requestId: string;
  readonly tenant: string;
  readonly key: string;
  readonly endpoint: string;
  readonly dialect: string;
  readonly usage: Usage;
  readonly ttlSeconds: number;
  readonly body: Buffer;
};

type Limits = {
  readonly entriesMax: number;
  readonly memoryMaxBytes: number;
  readonly maxBytes: number;
  readonly ttlMaxSeconds: number;
};

/** The cached answers: what is known of them in memory, their bodies in memory and in Postgres. */
export class AnswerStore {
  readonly index: EntryIndex;
  readonly #bodies: BodyMemory;
  readonly #table: EntryTable;
  readonly #limits: Limits;
  readonly #notify: (notice: EntryNotice) => void;
  readonly #log: Logger;
  #loaded = false;

  constructor(options: { limits: Limits; table: EntryTable; notify: (notice: EntryNotice) => void; log: Logger }) {
    this.#limits = options.limits;
    this.#table = options.table;
    this.#notify = options.notify;
    this.#log = options.log;
    this.index = new EntryIndex(options.limits.entriesMax);
    this.#bodies = new BodyMemory(options.limits.memoryMaxBytes);
  }

  get bodyBytes(): number {
    return this.#bodies.bytes;
  }

  /** The id under which the answer is kept, or undefined when a newer one of the same key is, or its request was erased. Throws when Postgres fails. */
  async keep(answer: NewAnswer, nowMs: number): Promise<string | undefined> {
    const { body, ttlSeconds, requestId, ...rest } = answer;
    const entry: CacheEntry = {
      ...rest,
      entryId: uuidv7(nowMs),
      size: body.length,
      createdAtMs: nowMs,
      expiresAtMs: nowMs + Math.min(ttlSeconds, this.#limits.ttlMaxSeconds) * 1_000,
    };
    if (!(await this.#table.insert(entry, { body, requestId }))) return undefined;
    this.#bodies.put(entry.entryId, { tenant: entry.tenant, body, expiresAtMs: entry.expiresAtMs + READ_GRACE_MS });
    this.index.put(entry);
    this.#notify({ kind: "stored", entry });
    return entry.entryId;
  }

  /** The body of a tenant's answer, or undefined when it is gone. Rejects when it is not in memory and Postgres fails. */
  async read(tenant: string, entryId: string): Promise<Buffer | undefined> {
    const held = this.#bodies.get(tenant, entryId);
    if (held !== undefined) return held;
    const row = await this.#table.readBody(tenant, entryId);
    if (row === undefined) {
      this.index.remove(entryId, tenant);
      return undefined;
    }
    this.#bodies.put(entryId, { tenant, body: row.body, expiresAtMs: row.expiresAtMs + READ_GRACE_MS });
    return row.body;
  }

  heed(notice: EntryNotice): void {
    if (notice.kind === "stored") this.index.put(notice.entry);
    else this.#forget(notice.entryId);
  }

  /** Fills the index from Postgres. A cache without its table passes requests on as misses, so a failure is only logged. */
  async load(nowMs: number): Promise<void> {
    try {
      for (const entry of await this.#table.newest(this.#limits.entriesMax, nowMs)) this.index.put(entry);
      this.#loaded = true;
    } catch (error) {
      this.#log.warn({ err: error }, "the cached answers could not be read; each sweep tries again");
    }
  }

  /** Deletes what has expired and what is beyond the limits. */
  async sweep(nowMs: number): Promise<void> {
    this.index.removeExpired(nowMs);
    this.#bodies.removeExpired(nowMs);
    if (!this.#loaded) await this.load(nowMs);
    try {
      // What was erased while nobody could tell this instance of it is not answered with from memory for ever.
      for (const entryId of await this.#table.goneOf(this.#bodies.ids)) this.#forget(entryId);
      await this.#table.deleteExpired(nowMs - READ_GRACE_MS);
      for (;;) {
        const removed = await this.#table.deleteOldestBeyond(this.#limits.maxBytes);
        if (removed.length === 0) break;
        for (const entryId of removed) {
          this.#forget(entryId);
          this.#notify({ kind: "removed", entryId });
        }
      }
    } catch (error) {
      this.#log.warn({ err: error }, "old answers could not be deleted");
    }
  }

  #forget(entryId: string): void {
    this.index.remove(entryId);
    this.#bodies.remove(entryId);
  }
}
