import { type Kysely, sql } from "kysely";
import type { KeyDatabase } from "./key-database.ts";
import { tenantDigest } from "./tenant-digest.ts";

/** The digest of an end user's name in a tenant's requests (`labels.user` of their facts). Null: there is no such tenant. */
export async function userDigest(db: Kysely<KeyDatabase>, tenant: string, user: string): Promise<string | null> {
  const { rows } = await sql<{ digest_key: Buffer }>`select digest_key from tenant where id = ${tenant}`.execute(db);
  const [row] = rows;
  return row === undefined ? null : tenantDigest(row.digest_key, user);
}
