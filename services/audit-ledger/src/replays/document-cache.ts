import { SignalboxError } from "@signalbox/proto";
import { sha256Digest } from "@signalbox/tlog";
import type { Kysely } from "kysely";
import type { Database } from "../database.ts";

const TEXTS_MAX_CHARS = 64 * 1024 * 1024;

/** Documents by digest as text, the lately used ones in memory. */
export class DocumentCache {
  readonly #db: Kysely<Database>;
  /** In the order of their last use. */
  readonly #texts = new Map<string, string>();
  #chars = 0;

  constructor(db: Kysely<Database>) {
    this.#db = db;
  }

  /** Throws `not-found` when the register does not hold it, and `internal` when its bytes are not those of its name. */
  async read(digest: string): Promise<string> {
    const known = this.#texts.get(digest);
    if (known !== undefined) {
      this.#texts.delete(digest);
      this.#texts.set(digest, known);
      return known;
    }
    const row = await this.#db.selectFrom("document").select("body").where("digest", "=", digest).executeTakeFirst();
    if (row === undefined) throw new SignalboxError("not-found", `The document ${digest} is missing.`);
    if (sha256Digest(row.body) !== digest) {
      throw new SignalboxError("internal", `The document ${digest} does not have this digest any more.`);
    }
    const text = row.body.toString("utf8");
    this.#keep(digest, text);
    return text;
  }

  #keep(digest: string, text: string): void {
    this.#texts.set(digest, text);
    this.#chars += text.length;
    for (const [oldest, { length }] of this.#texts) {
      if (this.#chars <= TEXTS_MAX_CHARS || oldest === digest) break;
      this.#texts.delete(oldest);
      this.#chars -= length;
    }
  }
}
