import { existsSync } from "node:fs";
import { join, resolve } from "node:path";
import type { Client } from "pg";
import { ownerOfHome } from "../home/claim-home.ts";
import { readRuntime } from "./connection.ts";
import { failure } from "./failure.ts";

/** Where a command finds the database: the address it was given, the running line's, or else the home folder's own. */
type OwnerDatabaseOptions = { readonly home: string; readonly database?: string };

/**
 * Works with the URL of the database as the schema's owner. Where no line runs, PostgreSQL is started over the home folder for so long:
 * what keeps a line from starting may be what the command is to mend. Throws `stage-unavailable` when there is none.
 */
export async function withOwnerDatabaseUrl<T>(
  options: OwnerDatabaseOptions,
  work: (url: string) => Promise<T>,
): Promise<T> {
  if (options.database !== undefined) return work(options.database);
  const home = resolve(options.home);
  const owner = ownerOfHome(home);
  const url = readRuntime(home)?.databaseUrl;
  if (owner !== null && url !== undefined) return work(url);
  if (owner !== null) {
    throw failure("stage-unavailable", `The line over ${home} (process ${owner}) is starting.`, "Wait until it is up.");
  }
  if (existsSync(join(home, "postgres", "data", "PG_VERSION"))) {
    return (await import("./home-database.ts")).withHomeDatabase(home, work);
  }
  // A line in containers has its database elsewhere, and no process of this machine owns its folder.
  if (url !== undefined) return work(url);
  throw failure(
    "stage-unavailable",
    `There is no database below ${home}.`,
    "Name the home folder with --home DIR, or give --database URL.",
  );
}

/** Works with a connection of its own. Throws `stage-unavailable` when there is none to be had. */
export function withOwnerDatabase<T>(options: OwnerDatabaseOptions, work: (client: Client) => Promise<T>): Promise<T> {
  return withOwnerDatabaseUrl(options, async (url) => {
    // The database's driver is slow to load, and few commands need it.
    const { withClient } = await import("../postgres/with-client.ts");
    return withClient(url, work, ({ message }) =>
      failure("stage-unavailable", `The database cannot be reached: ${message}`, "See that it runs."),
    );
  });
}
