import { CLASSIFIER_DOCUMENT } from "@signalbox/classify/document";
import { canonicalize, sha256Digest } from "@signalbox/tlog";
import type { Client } from "pg";

/** Keeps the classifier document for replays. The supervisor does so, because the classifier has no access to the database. */
export async function keepClassifierDocument(client: Client): Promise<void> {
  const body = Buffer.from(canonicalize(CLASSIFIER_DOCUMENT), "utf8");
  await client.query(
    "insert into document (digest, kind, media_type, body) values ($1, 'classifier', 'application/json', $2) on conflict (digest) do nothing",
    [sha256Digest(body), body],
  );
}
