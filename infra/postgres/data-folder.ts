import { execFile } from "node:child_process";
import { existsSync } from "node:fs";
import { chmod, chown, mkdtemp, readdir, rename, rm, stat, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { promisify } from "node:util";
import { serverEnv } from "../process/server-env.ts";
import { postgresBinaries } from "./postgres-binaries.ts";
import { asServerUser } from "./server-user.ts";
import type { ServerUser } from "./server-user.ts";

export const SUPER_USER = "postgres";

/** The same on every machine, whatever its locale is. */
const CLUSTER = [
  "--auth=scram-sha-256",
  "--data-checksums",
  "--encoding=UTF8",
  "--locale=C",
  "--locale-provider=builtin",
  "--builtin-locale=C.UTF-8",
];
const FRESH_PREFIX = "new-";
/** PostgreSQL starts over no folder that others may enter. */
const OTHERS = 0o077;
const INIT_LIMIT_MS = 120_000;
const OWN_LIMIT_MS = 300_000;

type NewFolder = { readonly dir: string; readonly data: string; readonly password: string; readonly user: ServerUser };

/** Makes a cluster of `SUPER_USER` with this password in `data`, unless one is there. Throws with what initdb said. */
export async function makeDataFolder({ dir, data, password, user }: NewFolder): Promise<void> {
  if (existsSync(join(data, "PG_VERSION"))) return;
  // What a first start that was interrupted left behind: it may hold a PG_VERSION, which initdb writes before all else.
  const halfMade = (await readdir(dir)).filter((name) => name.startsWith(FRESH_PREFIX));
  for (const folder of [data, ...halfMade.map((name) => join(dir, name))])
    await rm(folder, { recursive: true, force: true });
  const fresh = await mkdtemp(join(dir, FRESH_PREFIX));
  const passwordFile = join(dir, "initdb.password");
  await writeFile(passwordFile, password, { mode: 0o600 });
  if (user.kind === "account") {
    await chown(fresh, user.uid, user.gid);
    await chown(passwordFile, user.uid, user.gid);
  }
  const whose = [`--pgdata=${fresh}`, `--username=${SUPER_USER}`, `--pwfile=${passwordFile}`];
  const initdb = { command: postgresBinaries().initdb, args: [...whose, ...CLUSTER] };
  const { command, args, ...ids } = asServerUser(user, initdb, [join(fresh, "PG_VERSION")]);
  try {
    await promisify(execFile)(command, args, { ...ids, env: serverEnv(process.env), cwd: "/", timeout: INIT_LIMIT_MS });
    await rename(fresh, data);
  } catch (error) {
    await rm(fresh, { recursive: true, force: true });
    throw new Error(`PostgreSQL's initdb failed: ${(error as { stderr?: string }).stderr ?? String(error)}`, {
      cause: error,
    });
  } finally {
    await rm(passwordFile, { force: true });
  }
}

/** A folder that root copied, that comes from a machine with other accounts, or that a tool left open to others, is the server's alone again. */
export async function ownDataFolder(data: string, user: ServerUser): Promise<void> {
  const { mode, uid } = await stat(data);
  if ((mode & OTHERS) !== 0) await chmod(data, 0o700);
  if (user.kind === "self" || uid === user.uid) return;
  const args = ["-R", `${user.uid}:${user.gid}`, data];
  await promisify(execFile)("chown", args, { timeout: OWN_LIMIT_MS });
}
