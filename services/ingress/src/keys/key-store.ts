import type { Role } from "@signalbox/proto";
import type { Kysely } from "kysely";
import { ensureTenant } from "./ensure-tenant.ts";
import type { KeyDatabase } from "./key-database.ts";
import { generateSecretKey, hashKey } from "./secret-key.ts";

/**
 * Makes a key, and its tenant when that is new. `secretKey` cannot be read again.
 * The connection needs INSERT on `tenant` and `virtual_key`.
 */
export async function createKey(
  db: Kysely<KeyDatabase>,
  key: { tenant: string; role: Role; name: string; pepper: Uint8Array },
): Promise<{ id: string; secretKey: string }> {
  const { id, secretKey } = generateSecretKey();
  await ensureTenant(db, key.tenant);
  await db
    .insertInto("virtual_key")
    .values({
      id,
      tenant: key.tenant,
      name: key.name,
      role: key.role,
      hash: hashKey(secretKey, key.pepper),
    })
    .execute();
  return { id, secretKey };
}

/** Revokes a key for ever. False: there is none of that id, or it was revoked before. */
export async function markRevoked(db: Kysely<KeyDatabase>, id: string): Promise<boolean> {
  const revoked = await db
    .updateTable("virtual_key")
    .set({ revoked_at: new Date() })
    .where("id", "=", id)
    .where("revoked_at", "is", null)
    .executeTakeFirst();
  return revoked.numUpdatedRows > 0n;
}
