import { randomBytes } from "node:crypto";
import { cp, mkdir, mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { findNatsServer } from "@signalbox/infra/nats/find-nats-server.ts";
import { migrate } from "@signalbox/infra/postgres/migrate.ts";
import { DATABASE, ROLES, ensureDatabase, ensureRoles, urlForRole } from "@signalbox/infra/postgres/roles.ts";
import type { RoleName, RolePasswords } from "@signalbox/infra/postgres/roles.ts";
import { startPostgres } from "@signalbox/infra/postgres/start-postgres.ts";
import type { StartPostgresOptions } from "@signalbox/infra/postgres/start-postgres.ts";
import { freePort } from "@signalbox/infra/process/free-port.ts";
import type { TestProject } from "vitest/node";

declare module "vitest" {
  interface ProvidedContext {
    /** What `freshDatabase`, `freshNats` and `startLine` build on. */
    neighbours: {
      superUrl: string;
      passwords: RolePasswords;
      /** The database that each suite's own is copied from. */
      template: string;
      /** The folder of a stopped PostgreSQL with an empty, migrated database, which a line's own is copied from. */
      linePostgres: string;
      natsBinary: string;
    };
  }
}

/** One PostgreSQL for the whole run, on a free port, with a migrated database that each suite's own is copied from. */
export async function setup(project: TestProject): Promise<() => Promise<void>> {
  const cache = join(import.meta.dirname, "../../node_modules/.cache/signalbox");
  await mkdir(cache, { recursive: true });
  const dir = await mkdtemp(join(tmpdir(), "signalbox-test-"));
  const suites = join(dir, "suites");
  const linePostgres = join(dir, "line");
  const options = { dir: suites, port: await freePort(), logFile: join(dir, "postgres.log") };
  const passwords = Object.fromEntries(
    Object.keys(ROLES).map((role) => [role, randomBytes(12).toString("hex")]),
  ) as Record<RoleName, string>;
  const [natsBinary] = await Promise.all([findNatsServer(cache), prepare(options, passwords)]);
  await cp(suites, linePostgres, { recursive: true });
  const postgres = await startPostgres(options);
  const { superUrl } = postgres;
  project.provide("neighbours", { superUrl, passwords, template: DATABASE, linePostgres, natsBinary });
  return async () => {
    await postgres[Symbol.asyncDispose]();
    await rm(dir, { recursive: true, force: true });
  };
}

/** What a first start makes: a cluster with the roles and the database, at this version's schema. */
async function prepare(options: StartPostgresOptions, passwords: RolePasswords): Promise<void> {
  await using postgres = await startPostgres(options);
  await ensureRoles(postgres.superUrl, passwords);
  await ensureDatabase(postgres.superUrl);
  await migrate(urlForRole({ superUrl: postgres.superUrl, role: "owner", passwords }));
}
