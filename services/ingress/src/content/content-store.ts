import { createSecretKey } from "node:crypto";
import { repeatWork, type Logger, type RepeatedWork } from "@signalbox/kit";
import type { ErasureEvent } from "@signalbox/proto";
import { sql, type Kysely, type Transaction } from "kysely";
import type { Config } from "../config.ts";
import type { ContentSeal } from "../responses/content-seal.ts";
import { ContentKeys } from "./content-keys.ts";
import type { ContentDatabase } from "./content-database.ts";
import { eraseRows } from "./erase-rows.ts";
import { holdBack, letGo } from "./erasure-hold.ts";
import { isForeignKeyViolation } from "./foreign-key.ts";
import { type ContentHead, type ContentQuery, RetainedContent } from "./content-form.ts";

const EVERY_TENANT = "*";
const SWEEP_EVERY_MS = 60_000;
const TRIES_MAX = 2;

/** Whose request it was; `user` is the end user that it named, and empty where it named none. */
type AskedContent = { readonly tenant: string; readonly requestId: string; readonly user: string };

export type Erasure = Pick<ErasureEvent, "of" | "by" | "scope">;
/** What an erasure took: requests' content, what stood elsewhere of it, and their labels. */
type Erased = Required<Pick<ErasureEvent, "erased" | "cachedAnswers" | "storedResponses" | "labels">>;

type Options = {
  readonly db: Kysely<ContentDatabase>;
  readonly seal: ContentSeal;
  readonly config: Config["content"];
  /** Writes an erasure into the register; what it rejects, does not happen. */
  readonly record: (erasure: Erasure & Partial<Erased> & Pick<Erased, "erased">) => Promise<void>;
  /** Tells the instances of the cache which of its answers are gone. */
  readonly forgetAnswers: (entryIds: readonly string[]) => void;
  readonly log: Logger;
};

/** What was asked and answered, of tenants whose content is retained: sealed, for a time, and erasable. */
export class ContentStore implements AsyncDisposable {
  readonly #options: Options;
  readonly #keys: ContentKeys;
  readonly #sweeping: RepeatedWork;
  readonly #keeping = new Set<Promise<void>>();

  constructor(options: Options) {
    this.#options = options;
    this.#keys = new ContentKeys(options.db);
    this.#sweeping = repeatWork({
      everyMs: SWEEP_EVERY_MS,
      work: () => this.#sweep(),
      onFailure: (error) => options.log.warn({ err: error }, "the retained content could not be looked after"),
    });
  }

  keepsFor(tenant: string): boolean {
    const { tenants } = this.#options.config;
    return tenants.includes(EVERY_TENANT) || tenants.includes(tenant);
  }

  /**
   * Keeps the content of a request until its lifetime is over, unless it came before an erasure that takes it. Never
   * rejects: the answer has left already.
   */
  async keep(asked: AskedContent, content: RetainedContent): Promise<void> {
    const keeping = this.#keep(asked, content);
    this.#keeping.add(keeping);
    await keeping;
    this.#keeping.delete(keeping);
  }

  async #keep({ tenant, requestId, user }: AskedContent, content: RetainedContent): Promise<void> {
    const { db, seal, config, log } = this.#options;
    const plain = Buffer.from(JSON.stringify(content));
    const createdAt = new Date();
    const expiresAt = new Date(createdAt.getTime() + config.ttlSeconds * 1_000);
    try {
      for (let tries = 1; ; tries += 1) {
        const { id, key } = await this.#keys.of(tenant);
        const sealed = seal.seal({ tenant, digestKey: key }, requestId, plain);
        try {
          await sql`insert into retained_content (request_id, tenant, key_id, created_at, expires_at, sealed)
            select ${requestId}::uuid, ${tenant}, ${id}::uuid, ${createdAt}::timestamptz, ${expiresAt}::timestamptz,
              ${sealed}::bytea
            where not is_erased(${tenant}, ${requestId}::uuid, ${user})`.execute(db);
          return;
        } catch (error) {
          // The key was destroyed in between, with all that was kept under it: this belongs to a new one.
          if (!isForeignKeyViolation(error) || tries === TRIES_MAX) throw error;
          this.#keys.forget(tenant);
        }
      }
    } catch (error) {
      log.error({ err: error, tenant, request: requestId }, "the content of a request could not be retained");
    }
  }

  /** Null when nothing is retained of the request, or its key is gone. */
  async read(requestId: string): Promise<(ContentHead & { content: RetainedContent }) | null> {
    const row = await this.#options.db
      .selectFrom("retained_content as c")
      .innerJoin("content_key as k", "k.id", "c.key_id")
      .select(["c.request_id", "c.tenant", "c.created_at", "c.expires_at", "c.size", "c.sealed", "k.key"])
      .where("c.request_id", "=", requestId)
      .where("c.expires_at", ">", new Date())
      .executeTakeFirst();
    if (row === undefined) return null;
    const owner = { tenant: row.tenant, digestKey: createSecretKey(row.key) };
    const plain = this.#options.seal.open(owner, requestId, row.sealed);
    return plain === null
      ? null
      : { ...headOf(row), content: RetainedContent.parse(JSON.parse(plain.toString("utf8"))) };
  }

  /** Newest first. */
  async list({ tenant, before, limit }: ContentQuery): Promise<ContentHead[]> {
    let query = this.#options.db
      .selectFrom("retained_content")
      .select(["request_id", "tenant", "created_at", "expires_at", "size"])
      .where("expires_at", ">", new Date());
    if (tenant !== undefined) query = query.where("tenant", "=", tenant);
    // Ids sort by time of creation.
    if (before !== undefined) query = query.where("request_id", "<", before);
    return (await query.orderBy("request_id", "desc").limit(limit).execute()).map(headOf);
  }

  /**
   * Erases all that is kept of the content, here, in the cache and of stored responses, with the plain labels of the same
   * requests. What cannot be recorded is not erased, and rejects with `audit-unavailable`; what fails when it was recorded
   * is to be erased again. Requests that came before it and are under way write none of it afterwards. `user` is the name whose digest the scope has, where it has one.
   */
  async eraseEverywhere(erasure: Erasure, user: string | null = null): Promise<Erased> {
    const { db, record, forgetAnswers } = this.#options;
    const { of, scope } = erasure;
    const target = { of, scope, user };
    const holdId = await holdBack(db, target, Date.now());
    let isRecorded = false;
    const erasing = db.transaction().execute(async (transaction) => {
      const { cached: gone, ...rows } = await eraseRows(transaction, target);
      if (scope.kind === "tenant") await deleteKey(transaction, of);
      const found = { ...rows, cachedAnswers: gone.length };
      await record({ ...erasure, ...found });
      isRecorded = true;
      return { ...found, cached: gone };
    });
    const { cached, ...counts } = await erasing.catch(async (error: unknown) => {
      // What is recorded may have been committed as well, whatever its client saw: it stays in force for what is under way.
      if (!isRecorded) await Promise.allSettled([letGo(db, holdId)]);
      throw error;
    });
    if (scope.kind === "tenant") this.#keys.forget(of);
    if (cached.length > 0) forgetAnswers(cached);
    return counts;
  }

  /** Erases what is past its time here; the cache and stored responses have lifetimes of their own, and labels none. */
  async #expire({ of, by, until }: Pick<Erasure, "of" | "by"> & { readonly until: Date }): Promise<void> {
    const { db, record } = this.#options;
    const beforeMs = until.getTime() + 1;
    await db.transaction().execute(async (transaction) => {
      const { numDeletedRows } = await transaction
        .deleteFrom("retained_content")
        .where("tenant", "=", of)
        .where("created_at", "<", new Date(beforeMs))
        .executeTakeFirst();
      const erased = Number(numDeletedRows);
      if (erased > 0) await record({ of, by, scope: { kind: "age", beforeMs }, erased });
    });
  }

  /** Erases what is past its lifetime, and the oldest of tenants that have more than their share. Done once a minute. */
  sweep(): Promise<void> {
    return this.#sweeping.run();
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await Promise.all([this.#sweeping[Symbol.asyncDispose](), ...this.#keeping]);
  }

  async #sweep(): Promise<void> {
    const { rows } = await sql<{ tenant: string; by: string; until: Date }>`
      select tenant, case when bool_or(is_expired) then 'lifetime' else 'share' end as by, max(created_at) as until
      from (
        select tenant, created_at, expires_at <= now() as is_expired,
          sum(size) over (partition by tenant order by created_at desc, request_id desc) as held
        from retained_content
      ) each where is_expired or held > ${this.#options.config.tenantMaxBytes}
      group by tenant`.execute(this.#options.db);
    for (const { tenant, by, until } of rows) {
      await this.#expire({ of: tenant, by, until });
    }
  }
}

/** What is sealed with it and stands elsewhere, as in a backup of the rows, cannot be opened any more. */
async function deleteKey(db: Transaction<ContentDatabase>, tenant: string): Promise<void> {
  await db.deleteFrom("content_key").where("tenant", "=", tenant).execute();
}

type HeadRow = { request_id: string; tenant: string; created_at: Date; expires_at: Date; size: number };

function headOf(row: HeadRow): ContentHead {
  return {
    object: "content",
    requestId: row.request_id,
    tenant: row.tenant,
    createdAt: row.created_at.toISOString(),
    expiresAt: row.expires_at.toISOString(),
    bytes: row.size,
  };
}
