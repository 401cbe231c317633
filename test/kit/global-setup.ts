import { randomBytes } from "node:crypto";
import { mkdir, mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { findNatsServer } from "@signalbox/infra/nats/find-nats-server.ts";
import { migrate } from "@signalbox/infra/postgres/migrate.ts";
import { ROLES, ensureDatabase, ensureRoles, urlForRole } from "@signalbox/infra/postgres/roles.ts";
import type { RoleName, RolePasswords } from "@signalbox/infra/postgres/roles.ts";
import { startPostgres } from "@signalbox/infra/postgres/start-postgres.ts";
import { freePort } from "@signalbox/infra/process/free-port.ts";
import type { TestProject } from "vitest/node";

declare module "vitest" {
  interface ProvidedContext {
    /** What `freshDatabase` and `freshNats` build on. */
    neighbours: { superUrl: string; passwords: RolePasswords; template: string; natsBinary: string };
  }
}

const TEMPLATE = "signalbox_template";

/** One PostgreSQL for the whole run, on a free port, with a migrated database that each suite's own is copied from. */
export async function setup(project: TestProject): Promise<() => Promise<void>> {
  const cache = join(import.meta.dirname, "../../node_modules/.cache/signalbox");
  await mkdir(cache, { recursive: true });
  const dir = await mkdtemp(join(tmpdir(), "signalbox-test-"));
  const [natsBinary, postgres] = await Promise.all([
    findNatsServer(cache),
    freePort().then((port) => startPostgres({ dir, port, logFile: join(dir, "postgres.log") })),
  ]);
  const { superUrl } = postgres;
  const passwords = Object.fromEntries(
    Object.keys(ROLES).map((role) => [role, randomBytes(12).toString("hex")]),
  ) as Record<RoleName, string>;
  await ensureRoles(superUrl, passwords);
  await ensureDatabase(superUrl, TEMPLATE);
  await migrate(urlForRole({ superUrl, role: "owner", passwords, database: TEMPLATE }));
  project.provide("neighbours", { superUrl, passwords, template: TEMPLATE, natsBinary });
  return async () => {
    await postgres[Symbol.asyncDispose]();
    await rm(dir, { recursive: true, force: true });
  };
}
