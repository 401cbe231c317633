import { randomBytes } from "node:crypto";
import { type Kysely, sql } from "kysely";
import type { KeyDatabase } from "./key-database.ts";

const DIGEST_KEY_BYTES = 32;

/** Makes the tenant unless it exists. */
export async function ensureTenant(db: Kysely<KeyDatabase>, tenant: string): Promise<void> {
  await sql`
    insert into tenant (id, digest_key) values (${tenant}, ${randomBytes(DIGEST_KEY_BYTES)})
    on conflict do nothing`.execute(db);
}
