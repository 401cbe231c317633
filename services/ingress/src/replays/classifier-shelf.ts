import { ClassifierDocument } from "@signalbox/proto";
import { type Kysely, sql } from "kysely";
import type { KeyDatabase } from "../keys/key-database.ts";

const KEPT_MAX = 8;

/** The rules of classifiers by their digests, as far as the code that is here can run them. */
export class ClassifierShelf {
  readonly #db: Kysely<KeyDatabase>;
  /** Null: not to be had. A document that is kept later is found once this is forgotten. */
  readonly #known = new Map<string, ClassifierDocument | null>();

  constructor(db: Kysely<KeyDatabase>) {
    this.#db = db;
  }

  async read(digest: string): Promise<ClassifierDocument | null> {
    const known = this.#known.get(digest);
    if (known !== undefined && known !== null) return known;
    const document = await this.#find(digest);
    if (this.#known.size >= KEPT_MAX) this.#known.clear();
    this.#known.set(digest, document);
    return document;
  }

  async #find(digest: string): Promise<ClassifierDocument | null> {
    const { rows } = await sql<{ body: Buffer }>`
      select body from document where digest = ${digest} and kind = 'classifier'`.execute(this.#db);
    const [row] = rows;
    const document = row === undefined ? null : (ClassifierDocument.safeParse(parsed(row.body)).data ?? null);
    if (document === null) return null;
    // The tokenizer's tables take long to load, and most instances never classify.
    const { canRun } = await import("@signalbox/classify/document");
    return canRun(document) ? document : null;
  }
}

function parsed(body: Buffer): unknown {
  try {
    return JSON.parse(body.toString("utf8"));
  } catch {
    return null;
  }
}
