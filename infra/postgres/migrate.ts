import { readdirSync } from "node:fs";
import { join } from "node:path";
import type { Client } from "pg";
import { withClient } from "./with-client.ts";

const MIGRATIONS = join(import.meta.dirname, "migrations");

/** Brings the schema up to date as its owner. Returns the names of the migrations that were applied now, in order. */
export async function migrate(ownerUrl: string): Promise<string[]> {
  const { missing, unknown } = await withClient(ownerUrl, compareMigrations);
  if (unknown.length > 0) throw new Error(fromElsewhere(unknown));
  if (missing.length === 0) return [];
  // Loaded when there is something to apply: it takes as long as all else of a start's set-up.
  const { applyMigrations } = await import("./apply-migrations.ts");
  return applyMigrations(ownerUrl, MIGRATIONS);
}

/** Of this version's migrations those that were not applied, and what was applied that it does not have. */
async function compareMigrations(client: Client): Promise<{ missing: string[]; unknown: string[] }> {
  const files = readdirSync(MIGRATIONS).map((file) => file.replace(/\.ts$/, ""));
  const { rows: tables } = await client.query("select to_regclass('kysely_migration') as found");
  if (tables[0]?.found == null) return { missing: files, unknown: [] };
  const { rows } = await client.query<{ name: string }>("select name from kysely_migration order by name");
  const applied = rows.map(({ name }) => name);
  return { missing: without(files, applied), unknown: without(applied, files) };
}

function without(names: readonly string[], others: readonly string[]): string[] {
  return names.filter((name) => !others.includes(name));
}

/** Services of this version do not know what a later one made of the tables and functions that they call. */
function fromElsewhere(unknown: readonly string[]): string {
  return (
    `Another version of Signalbox has changed this database (${unknown.join(", ")}), most likely a later one. ` +
    "Start that version or a later one, or this one over a backup from before; nothing was changed."
  );
}
