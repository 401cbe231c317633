import { readFileSync } from "node:fs";
import { createKey, hashKey, readPepper } from "@signalbox/ingress/keys";
import type { KeyDatabase } from "@signalbox/ingress/keys";
import { Kysely, PostgresDialect } from "kysely";
import { Pool } from "pg";
import { z } from "zod";
import { writeSecretFile } from "../home/secret-file.ts";

export const DEFAULT_TENANT = "default";

const Credentials = z.looseObject({ apiKey: z.string(), adminKey: z.string() });

/** The two keys of the first start: one to send requests with, one to manage keys with. */
export type FirstKeys = { readonly apiKey: string; readonly adminKey: string };

export type FirstKeysOptions = {
  readonly credentialsFile: string;
  readonly ownerUrl: string;
  readonly pepperFile: string;
  readonly baseUrl: string;
};

/**
 * The keys that the credentials file holds; made, with the default tenant, when it holds none that this database knows.
 * The file is the only place where they can be read again.
 */
export async function firstKeys(options: FirstKeysOptions): Promise<FirstKeys> {
  const { credentialsFile, ownerUrl, pepperFile, baseUrl } = options;
  const pepper = readPepper(pepperFile);
  const db = new Kysely<KeyDatabase>({
    dialect: new PostgresDialect({ pool: new Pool({ connectionString: ownerUrl, max: 1 }) }),
  });
  try {
    const keys = (await knownKeys(db, credentialsFile, pepper)) ?? (await makeKeys(db, pepper));
    writeSecretFile(credentialsFile, `${JSON.stringify({ ...keys, baseUrl }, null, 2)}\n`);
    return keys;
  } finally {
    await db.destroy();
  }
}

async function knownKeys(db: Kysely<KeyDatabase>, file: string, pepper: Buffer): Promise<FirstKeys | null> {
  const kept = readCredentials(file);
  if (kept === null) return null;
  const hashes = [hashKey(kept.apiKey, pepper), hashKey(kept.adminKey, pepper)];
  const rows = await db.selectFrom("virtual_key").select("id").where("hash", "in", hashes).execute();
  return rows.length === hashes.length ? kept : null;
}

async function makeKeys(db: Kysely<KeyDatabase>, pepper: Buffer): Promise<FirstKeys> {
  const tenant = DEFAULT_TENANT;
  const member = await createKey(db, { tenant, role: "member", name: "first key", pepper });
  const admin = await createKey(db, { tenant, role: "admin", name: "first admin key", pepper });
  return { apiKey: member.secretKey, adminKey: admin.secretKey };
}

function readCredentials(file: string): FirstKeys | null {
  try {
    const { apiKey, adminKey } = Credentials.parse(JSON.parse(readFileSync(file, "utf8")));
    return { apiKey, adminKey };
  } catch {
    return null;
  }
}
