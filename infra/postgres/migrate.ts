import { readdirSync } from "node:fs";
import { join } from "node:path";
import type { Client } from "pg";
import { withClient } from "./with-client.ts";

const MIGRATIONS = join(import.meta.dirname, "migrations");

/** Brings the schema up to date as its owner. Returns the names of the migrations that were applied now, in order. */
export async function migrate(ownerUrl: string): Promise<string[]> {
  if (await withClient(ownerUrl, isUpToDate)) return [];
  // Loaded when there is something to apply: it takes as long as all else of a start's set-up.
  const { applyMigrations } = await import("./apply-migrations.ts");
  return applyMigrations(ownerUrl, MIGRATIONS);
}

/** Whether the names that were applied are those of the files. Anything else is for the migrator to judge. */
async function isUpToDate(client: Client): Promise<boolean> {
  const { rows: tables } = await client.query("select to_regclass('kysely_migration') as found");
  if (tables[0]?.found == null) return false;
  const { rows } = await client.query<{ name: string }>("select name from kysely_migration");
  const applied = new Set(rows.map(({ name }) => name));
  const files = new Set(readdirSync(MIGRATIONS).map((file) => file.replace(/\.ts$/, "")));
  return applied.size === files.size && [...applied].every((name) => files.has(name));
}
