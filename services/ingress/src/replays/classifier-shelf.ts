import { ClassifierDocument } from "@signalbox/proto";
import { type Kysely, sql } from "kysely";
import type { KeyDatabase } from "../keys/key-database.ts";

const KEPT_MAX = 8;

/** Classifier documents by their digests, as far as the code here can run them. */
export class ClassifierShelf {
  readonly #db: Kysely<KeyDatabase>;
  readonly #known = new Map<string, ClassifierDocument>();

  constructor(db: Kysely<KeyDatabase>) {
    this.#db = db;
  }

  /** Null: not found, or for other code. It is looked up again then, because the document may be kept later. */
  async read(digest: string): Promise<ClassifierDocument | null> {
    const known = this.#known.get(digest);
    if (known !== undefined) return known;
    const document = await this.#find(digest);
    if (document === null) return null;
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
