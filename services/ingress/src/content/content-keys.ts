import { createSecretKey, randomBytes, type KeyObject } from "node:crypto";
import type { Kysely } from "kysely";
import type { ContentDatabase } from "./content-database.ts";

const KEY_BYTES = 32;

/** A tenant's key for its content. The pepper, which is in no database, is the other part of what content is sealed with. */
type ContentKey = { readonly id: string; readonly key: KeyObject };

/** The keys that content is sealed with, as they were read last; a tenant's is made with its first content. */
export class ContentKeys {
  readonly #db: Kysely<ContentDatabase>;
  readonly #known = new Map<string, ContentKey>();

  constructor(db: Kysely<ContentDatabase>) {
    this.#db = db;
  }

  async of(tenant: string): Promise<ContentKey> {
    const known = this.#known.get(tenant);
    if (known !== undefined) return known;
    await this.#db
      .insertInto("content_key")
      .values({ tenant, key: randomBytes(KEY_BYTES) })
      .onConflict((conflict) => conflict.column("tenant").doNothing())
      .execute();
    const row = await this.#db
      .selectFrom("content_key")
      .select(["id", "key"])
      .where("tenant", "=", tenant)
      .executeTakeFirstOrThrow();
    const fresh = { id: row.id, key: createSecretKey(row.key) };
    this.#known.set(tenant, fresh);
    return fresh;
  }

  /** The key may have been destroyed by another instance. */
  forget(tenant: string): void {
    this.#known.delete(tenant);
  }
}
