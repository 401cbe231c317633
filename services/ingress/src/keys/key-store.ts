import { randomBytes } from "node:crypto";
import type { Role } from "@signalbox/proto";
import type { Kysely, Selectable } from "kysely";
import type { KeyDatabase } from "./key-database.ts";
import { generateSecretKey, hashKey } from "./secret-key.ts";

const DIGEST_KEY_BYTES = 32;
const LIST_MAX = 10_000;

/** A key without its secret and without its hash. */
export type VirtualKey = {
  readonly id: string;
  readonly tenant: string;
  readonly name: string;
  readonly role: Role;
  readonly createdAt: Date;
  readonly revokedAt: Date | null;
  /** From then on it is refused; null for a key that never expires. */
  readonly expiresAt: Date | null;
  /** To the minute. */
  readonly lastUsedAt: Date | null;
};

/**
 * Makes a key, and its tenant when that is new. `secretKey` cannot be read again.
 * The connection needs INSERT on `tenant` and `virtual_key`.
 */
export async function createKey(
  db: Kysely<KeyDatabase>,
  key: { tenant: string; role: Role; name: string; expiresAt?: Date | null; pepper: Uint8Array },
): Promise<{ id: string; secretKey: string }> {
  const { id, secretKey } = generateSecretKey();
  await db
    .insertInto("tenant")
    .values({ id: key.tenant, digest_key: randomBytes(DIGEST_KEY_BYTES) })
    .onConflict((conflict) => conflict.doNothing())
    .execute();
  await db
    .insertInto("virtual_key")
    .values({
      id,
      tenant: key.tenant,
      name: key.name,
      role: key.role,
      hash: hashKey(secretKey, key.pepper),
      expires_at: key.expiresAt ?? null,
    })
    .execute();
  return { id, secretKey };
}

const KEY_COLUMNS = ["id", "tenant", "name", "role", "created_at", "revoked_at", "expires_at", "last_used_at"] as const;

/** Keys of a tenant, or with null of all, revoked and expired ones too, oldest first. */
export async function listKeys(db: Kysely<KeyDatabase>, tenant: string | null): Promise<VirtualKey[]> {
  const all = db.selectFrom("virtual_key").select(KEY_COLUMNS);
  const rows = await (tenant === null ? all : all.where("tenant", "=", tenant))
    .orderBy("created_at")
    .orderBy("id")
    .limit(LIST_MAX)
    .execute();
  return rows.map(keyOf);
}

function keyOf(row: Pick<Selectable<KeyDatabase["virtual_key"]>, (typeof KEY_COLUMNS)[number]>): VirtualKey {
  return {
    id: row.id,
    tenant: row.tenant,
    name: row.name,
    role: row.role,
    createdAt: row.created_at,
    revokedAt: row.revoked_at,
    expiresAt: row.expires_at,
    lastUsedAt: row.last_used_at,
  };
}

/** Revokes a key for ever. False: there is none of that id, or it was revoked before. */
export async function revokeKey(db: Kysely<KeyDatabase>, id: string): Promise<boolean> {
  const revoked = await db
    .updateTable("virtual_key")
    .set({ revoked_at: new Date() })
    .where("id", "=", id)
    .where("revoked_at", "is", null)
    .executeTakeFirst();
  return revoked.numUpdatedRows > 0n;
}
