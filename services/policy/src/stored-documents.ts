import { sha256Digest } from "@signalbox/tlog";
import type { PolicyActivation, PolicyProblem } from "@signalbox/proto";
import type { Generated, Kysely, Selectable } from "kysely";

/** The tables that are queried through Kysely's builder; see `infra/postgres/migrations`. */
export type Database = {
  document: { digest: string; kind: DocumentKind; media_type: string; body: Buffer };
  policy_activation: {
    seq: Generated<string>;
    at: Generated<Date>;
    action: PolicyActivation["action"];
    actor: string;
    version: string | null;
    document: string;
    previous: string;
  };
  setting_in_force: { object: "catalogue" | "prices" | "config"; digest: string; at: Generated<Date> };
  policy_refusal: { seq: Generated<string>; at: Generated<Date>; actor: string; problems: PolicyProblem[] };
};

export type ActivationRow = Selectable<Database["policy_activation"]>;

type DocumentKind = "engine" | "policy" | "policy-version" | "catalogue" | "health" | "guard";

/** A document that is committed, so that a decision may name it. */
export type StoredDocument = { readonly digest: string; readonly text: string };

const MEDIA_TYPES: Record<DocumentKind, string> = {
  engine: "text/javascript",
  policy: "application/json",
  "policy-version": "application/json",
  catalogue: "application/json",
  health: "application/json",
  guard: "application/json",
};

/** Keeps a document under its digest for ever; resolves when it is committed. The same document is kept once. */
export async function keepDocument(
  db: Kysely<Database>,
  document: { readonly kind: DocumentKind; readonly text: string },
): Promise<StoredDocument> {
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
