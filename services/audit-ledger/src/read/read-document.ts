import { SignalboxError } from "@signalbox/proto";
import type { Kysely } from "kysely";
import type { Database } from "../database.ts";

export type StoredDocument = { readonly kind: string; readonly mediaType: string; readonly body: Buffer };

/** A document that decisions name, by its digest. Throws `not-found`. */
export async function readDocument(db: Kysely<Database>, digest: string): Promise<StoredDocument> {
  const row = await db
    .selectFrom("document")
    .select(["kind", "media_type", "body"])
    .where("digest", "=", digest)
    .executeTakeFirst();
  if (row === undefined) throw new SignalboxError("not-found", "The register holds no such document.");
  return { kind: row.kind, mediaType: row.media_type, body: row.body };
}
