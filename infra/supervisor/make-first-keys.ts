import { createKey, type KeyDatabase } from "@signalbox/ingress/keys";
import { Kysely, PostgresDialect } from "kysely";
import { Pool } from "pg";
import type { FirstKeys } from "./first-keys.ts";

const DEFAULT_TENANT = "default";

/** Makes the two keys of an installation, and its first tenant. */
export async function makeFirstKeys(ownerUrl: string, pepper: Buffer): Promise<FirstKeys> {
  const pool = new Pool({ connectionString: ownerUrl, max: 1 });
  const db = new Kysely<KeyDatabase>({ dialect: new PostgresDialect({ pool }) });
  try {
    const tenant = DEFAULT_TENANT;
    const member = await createKey(db, { tenant, role: "member", name: "first key", pepper });
    const admin = await createKey(db, { tenant, role: "owner", name: "first admin key", pepper });
    return { apiKey: member.secretKey, adminKey: admin.secretKey };
  } finally {
    await db.destroy();
  }
}
