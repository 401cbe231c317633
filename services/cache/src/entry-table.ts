import { sql, type Generated, type Kysely } from "kysely";
import type { CacheEntry } from "./cache-entry.ts";

/** As migration 0003 makes it. */
export type Database = {
  cache_entry: {
    entry_id: string;
    tenant: string;
    key: string;
    endpoint: string;
    dialect: string;
    usage: unknown;
    body: Buffer;
    size: Generated<number>;
    created_at: Date;
    expires_at: Date;
  };
};

/** A rough figure for what a row takes beside its body: its other columns and its index entries. */
const ROW_OVERHEAD_BYTES = 1_024;
const DELETE_BATCH_MAX = 1_000;

/** The cached answers in Postgres, of all instances. */
export class EntryTable {
  readonly #db: Kysely<Database>;

  constructor(db: Kysely<Database>) {
    this.#db = db;
  }

  /**
   * Keeps an answer in the place of an older one of the same tenant and key. False when a newer one stands there, and for
   * one to a request that came before an erasure, whoever's erasure that was: nobody here knows the request's end user.
   */
  async insert(entry: CacheEntry, { body, requestId }: { body: Buffer; requestId: string }): Promise<boolean> {
    const { rows } = await sql`
      insert into cache_entry (entry_id, tenant, key, endpoint, dialect, usage, body, created_at, expires_at)
      select ${entry.entryId}::uuid, ${entry.tenant}, ${entry.key}, ${entry.endpoint}, ${entry.dialect},
        ${JSON.stringify(entry.usage)}::jsonb, ${body}::bytea, ${new Date(entry.createdAtMs)}::timestamptz,
        ${new Date(entry.expiresAtMs)}::timestamptz
      where not is_erased(${entry.tenant}, nullif(${requestId}, '')::uuid, null)
      on conflict (tenant, key) do update set entry_id = excluded.entry_id, endpoint = excluded.endpoint,
        dialect = excluded.dialect, usage = excluded.usage, body = excluded.body, created_at = excluded.created_at,
        expires_at = excluded.expires_at
      where (cache_entry.created_at, cache_entry.entry_id) < (excluded.created_at, excluded.entry_id)
      returning entry_id`.execute(this.#db);
    return rows.length > 0;
  }

  async readBody(tenant: string, entryId: string): Promise<{ body: Buffer; expiresAtMs: number } | undefined> {
    const row = await this.#db
      .selectFrom("cache_entry")
      .select(["body", "expires_at"])
      .where("tenant", "=", tenant)
      .where("entry_id", "=", entryId)
      .executeTakeFirst();
    return row && { body: row.body, expiresAtMs: row.expires_at.getTime() };
  }

  /** The newest entries that live at `nowMs`, the oldest of them first. */
  async newest(limit: number, nowMs: number): Promise<CacheEntry[]> {
    const rows = await this.#db
      .selectFrom("cache_entry")
      .select(["entry_id", "tenant", "key", "endpoint", "dialect", "usage", "size", "created_at", "expires_at"])
      .where("expires_at", ">", new Date(nowMs))
      .orderBy("created_at", "desc")
      .limit(limit)
      .execute();
    return rows.toReversed().map((row) => ({
      entryId: row.entry_id,
      tenant: row.tenant,
      key: row.key,
      endpoint: row.endpoint,
      dialect: row.dialect,
      usage: row.usage as CacheEntry["usage"],
      size: row.size,
      createdAtMs: row.created_at.getTime(),
      expiresAtMs: row.expires_at.getTime(),
    }));
  }

  /** Which of these entries are not kept any more. */
  async goneOf(entryIds: readonly string[]): Promise<string[]> {
    const { rows } = await sql<{ id: string }>`
      select id from unnest(${entryIds}::uuid[]) as id
      where not exists (select from cache_entry where entry_id = id)`.execute(this.#db);
    return rows.map(({ id }) => id);
  }

  async deleteExpired(beforeMs: number): Promise<void> {
    await this.#db.deleteFrom("cache_entry").where("expires_at", "<=", new Date(beforeMs)).execute();
  }

  /** Deletes the oldest rows beyond `maxBytes`, a batch of them at most, and returns their ids. */
  async deleteOldestBeyond(maxBytes: number): Promise<string[]> {
    const { rows } = await sql<{ entry_id: string }>`
      delete from cache_entry where entry_id in (
        select entry_id from (
          select entry_id, sum(size + ${ROW_OVERHEAD_BYTES}) over (order by created_at desc, entry_id desc) as bytes
          from cache_entry
        ) as newest_first where bytes > ${maxBytes} order by bytes desc limit ${DELETE_BATCH_MAX}
      ) returning entry_id`.execute(this.#db);
    return rows.map((row) => row.entry_id);
  }
}
