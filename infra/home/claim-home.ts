import { readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { commandLine, endStaleProcess } from "../process/stale-process.ts";
import type { Home } from "./home.ts";

const STOP_LIMIT_MS = 5_000;

/** Who runs over a home folder; the command line is kept because a pid alone may belong to another process by now. */
type Claim = { readonly pid: number; readonly command: string };

/**
 * Makes this process the only one over a home folder, until it is disposed of.
 * Throws when another one runs. What a killed one left behind is ended first; a killed supervisor's services end by
 * themselves within a moment, since their channel to it is closed.
 */
export async function claimHome(home: Home): Promise<Disposable> {
  const file = join(home.run, "supervisor.json");
  const owner = readJson(file) as Claim | null;
  if (owner !== null && owner.pid !== process.pid && owner.command !== "" && commandLine(owner.pid) === owner.command) {
    throw new Error(
      `Signalbox already runs over ${home.dir} (process ${owner.pid}). Stop it, or use another folder with --home.`,
    );
  }
  await endServices(home);
  writeFileSync(file, JSON.stringify({ pid: process.pid, command: commandLine(process.pid) } satisfies Claim));
  return {
    [Symbol.dispose]: () => {
      rmSync(home.runtimeFile, { force: true });
      rmSync(file, { force: true });
    },
  };
}

/** A service's command line names its config below this very home. */
async function endServices(home: Home): Promise<void> {
  const { pids = {} } = (readJson(home.runtimeFile) ?? {}) as { pids?: Record<string, number> };
  await Promise.all(
    Object.values(pids).map((pid) =>
      endStaleProcess({ pid, commandHolds: `${home.run}/`, signal: "SIGTERM", limitMs: STOP_LIMIT_MS }),
    ),
  );
  rmSync(home.runtimeFile, { force: true });
}

function readJson(file: string): unknown {
  try {
    return JSON.parse(readFileSync(file, "utf8"));
  } catch {
    return null;
  }
}
