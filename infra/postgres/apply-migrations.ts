import fs from "node:fs/promises";
import path from "node:path";
import { FileMigrationProvider, Migrator } from "kysely/migration";
import { withKysely } from "./with-kysely.ts";

/** Applies the folder's migrations that are missing, in order, and returns their names. */
export function applyMigrations(ownerUrl: string, migrationFolder: string): Promise<string[]> {
  return withKysely(ownerUrl, async (db) => {
    const provider = new FileMigrationProvider({ fs, path, migrationFolder });
    const { error, results = [] } = await new Migrator({ db, provider }).migrateToLatest();
    if (error !== undefined) {
      const failed = results.find((result) => result.status === "Error")?.migrationName;
      throw new Error(`The migration ${failed ?? "set"} failed: ${(error as Error).message}`, {
        cause: error,
      });
    }
    return results.map((result) => result.migrationName);
  });
}
