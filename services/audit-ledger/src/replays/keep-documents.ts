import { SignalboxError, type ReplayOrder, type ReplayRequest } from "@signalbox/proto";
import { canonicalize, sha256Digest } from "@signalbox/tlog";
import type { Kysely } from "kysely";
import type { Database } from "../database.ts";

/** Keeps documents that a caller brings under their digests, as a replay names them. */
export async function keepDocuments(
  db: Kysely<Database>,
  { policy, catalogue, classifier }: NonNullable<ReplayRequest["documents"]>,
): Promise<Partial<Pick<ReplayOrder, "policy" | "catalogue" | "classifier">>> {
  return {
    ...(policy === undefined ? {} : { policy: await keep(db, "policy", policy) }),
    ...(catalogue === undefined ? {} : { catalogue: await keep(db, "catalogue", catalogue) }),
    ...(classifier === undefined ? {} : { classifier: await keep(db, "classifier", classifier) }),
  };
}

/**
 * Throws `not-found` for a document that an order names and nobody has kept: else each decision of its range failed by
 * it.
 */
export async function requireDocuments(
  db: Kysely<Database>,
  { policy, catalogue, classifier }: Omit<ReplayOrder, "kind">,
): Promise<void> {
  for (const [kind, digest] of Object.entries({ policy, catalogue, classifier })) {
    if (digest === undefined || digest === null) continue;
    const kept = await db.selectFrom("document").select("kind").where("digest", "=", digest).executeTakeFirst();
    if (kept?.kind !== kind) throw new SignalboxError("not-found", `The register holds no ${kind} ${digest}.`);
  }
}

async function keep(db: Kysely<Database>, kind: string, document: object): Promise<string> {
  const body = Buffer.from(canonicalize(document), "utf8");
  const digest = sha256Digest(body);
  await db
    .insertInto("document")
    .values({ digest, kind, media_type: "application/json", body })
    .onConflict((conflict) => conflict.column("digest").doNothing())
    .execute();
  return digest;
}
