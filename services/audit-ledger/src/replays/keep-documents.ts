import type { ReplayOrder, ReplayWish } from "@signalbox/proto";
import { canonicalize, sha256Digest } from "@signalbox/tlog";
import type { Kysely } from "kysely";
import type { Database } from "../database.ts";

/** Keeps documents that a caller brings under their digests, as a replay names them. */
export async function keepDocuments(
  db: Kysely<Database>,
  { policy, catalogue, classifier }: NonNullable<ReplayWish["documents"]>,
): Promise<Partial<Pick<ReplayOrder, "policy" | "catalogue" | "classifier">>> {
  return {
    ...(policy === undefined ? {} : { policy: await keep(db, "policy", policy) }),
    ...(catalogue === undefined ? {} : { catalogue: await keep(db, "catalogue", catalogue) }),
    ...(classifier === undefined ? {} : { classifier: await keep(db, "classifier", classifier) }),
  };
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
