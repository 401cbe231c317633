import { join, resolve } from "node:path";
import type { Client } from "pg";
import { readRuntime } from "./connection.ts";
import { failure } from "./failure.ts";

/** Where a command finds the database: the address it was given, or the running line's. */
export type OwnerDatabaseOptions = { readonly home: string; readonly database?: string };

/** The URL of the database as the schema's owner. Throws `stage-unavailable` when neither names one. */
export function ownerDatabaseUrl(options: OwnerDatabaseOptions): string {
  const home = resolve(options.home);
  const url = options.database ?? readRuntime(home)?.databaseUrl;
  if (url !== undefined) return url;
  throw failure(
    "stage-unavailable",
    `The database's address is not in ${join(home, "run", "runtime.json")}.`,
    "Start the line with `npm start`, or give --database URL.",
  );
}

/** Works with a connection of its own. Throws `stage-unavailable` when there is none to be had. */
export async function withOwnerDatabase<T>(
  options: OwnerDatabaseOptions,
  work: (client: Client) => Promise<T>,
): Promise<T> {
  const url = ownerDatabaseUrl(options);
  // The database's driver is slow to load, and few commands need it.
  const { withClient } = await import("../postgres/with-client.ts");
  return withClient(url, work, ({ message }) =>
    failure("stage-unavailable", `The database cannot be reached: ${message}`, "See that it runs."),
  );
}
