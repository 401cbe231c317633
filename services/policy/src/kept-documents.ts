import { sha256Digest } from "@signalbox/tlog";
import type { Kysely } from "kysely";

/** As migration 0002 makes it. */
export type Database = {
  document: { digest: string; kind: DocumentKind; media_type: string; body: Buffer };
};

export type DocumentKind = "engine" | "policy" | "catalogue" | "health";

/** A document that is committed, so that a decision may name it. */
export type KeptDocument = { readonly digest: string; readonly text: string };

const MEDIA_TYPES: Record<DocumentKind, string> = {
  engine: "text/javascript",
  policy: "application/json",
  catalogue: "application/json",
  health: "application/json",
};

/** Keeps a document under its digest for ever; resolves when it is committed. The same document is kept once. */
export async function keepDocument(
  db: Kysely<Database>,
  document: { readonly kind: DocumentKind; readonly text: string },
): Promise<KeptDocument> {
  const { kind, text } = document;
  const body = Buffer.from(text, "utf8");
  const digest = sha256Digest(body);
  await db
    .insertInto("document")
    .values({ digest, kind, media_type: MEDIA_TYPES[kind], body })
    .onConflict((conflict) => conflict.column("digest").doNothing())
    .execute();
  return { digest, text };
}
