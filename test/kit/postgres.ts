import { randomBytes } from "node:crypto";
import { ensureDatabase, urlForRole } from "@signalbox/infra/postgres/roles.ts";
import type { RoleName } from "@signalbox/infra/postgres/roles.ts";
import { Client } from "pg";
import { inject } from "vitest";

export type FreshDatabase = AsyncDisposable & {
  readonly name: string;
  readonly ownerUrl: string;
  /** The URL that a service's role connects with: `ingress`, `cache`, `policy`, `audit-ledger`. */
  urlFor(role: RoleName): string;
};

/** A migrated, empty database of the suite's own: `await using db = await freshDatabase()`. */
export async function freshDatabase(): Promise<FreshDatabase> {
  const { superUrl, passwords, template } = inject("neighbours");
  const name = `suite_${randomBytes(6).toString("hex")}`;
  await ensureDatabase(superUrl, name, template);
  const urlFor = (role: RoleName): string => urlForRole({ superUrl, role, passwords, database: name });
  return {
    name,
    ownerUrl: urlFor("owner"),
    urlFor,
    [Symbol.asyncDispose]: () => dropDatabase(superUrl, name),
  };
}

/** Ends the sessions of a database and removes it. */
async function dropDatabase(superUrl: string, name: string): Promise<void> {
  const client = new Client({ connectionString: superUrl });
  await client.connect();
  try {
    await client.query(`drop database if exists ${name} with (force)`);
  } finally {
    await client.end();
  }
}
