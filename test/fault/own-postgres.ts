import { execFile } from "node:child_process";
import { randomBytes } from "node:crypto";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";
import { migrate } from "@signalbox/infra/postgres/migrate.ts";
import { DATABASE, ensureDatabase, ensureRoles, ROLES, urlForRole } from "@signalbox/infra/postgres/roles.ts";
import type { RoleName, RolePasswords } from "@signalbox/infra/postgres/roles.ts";
import { startPostgres, type Postgres } from "@signalbox/infra/postgres/start-postgres.ts";
import { freePort } from "@signalbox/infra/process/free-port.ts";
import type { FreshDatabase } from "../kit/postgres.ts";

/** A PostgreSQL server of a test's own, which may be stopped, and put back to an older state of its files. */
export type OwnPostgres = FreshDatabase & {
  /** As the superuser, in the register's database. */
  readonly superUrl: string;
  stop(): Promise<void>;
  startAgain(): Promise<void>;
  /** Copies the data folder of the stopped server. */
  backUp(): Promise<void>;
  /** Puts the copy in the place of the stopped server's data. */
  restore(): Promise<void>;
};

export async function startOwnPostgres(): Promise<OwnPostgres> {
  const dir = await mkdtemp(join(tmpdir(), "signalbox-postgres-"));
  const options = { dir, port: await freePort(), logFile: join(dir, "postgres.log") };
  let server: Postgres = await startPostgres(options);
  const passwords = Object.fromEntries(
    Object.keys(ROLES).map((role) => [role, randomBytes(12).toString("hex")]),
  ) as Record<RoleName, string> satisfies RolePasswords;
  const { superUrl } = server;
  await ensureRoles(superUrl, passwords);
  await ensureDatabase(superUrl);
  const urlFor = (role: RoleName): string => urlForRole({ superUrl, role, passwords });
  await migrate(urlFor("owner"));
  const [data, backup] = [join(dir, "data"), join(dir, "backup")];
  return {
    name: DATABASE,
    ownerUrl: urlFor("owner"),
    urlFor,
    superUrl: inRegister(superUrl),
    async stop() {
      await server[Symbol.asyncDispose]();
    },
    async startAgain() {
      server = await startPostgres(options);
    },
    backUp: () => copyFolder(data, backup),
    async restore() {
      await rm(data, { recursive: true });
      await copyFolder(backup, data);
    },
    async [Symbol.asyncDispose]() {
      await server[Symbol.asyncDispose]();
      await rm(dir, { recursive: true, force: true });
    },
  };
}

function inRegister(superUrl: string): string {
  const url = new URL(superUrl);
  url.pathname = `/${DATABASE}`;
  return url.href;
}

/** With its files' owners, of which the server is particular. */
async function copyFolder(from: string, to: string): Promise<void> {
  await promisify(execFile)("cp", ["-a", from, to]);
}
