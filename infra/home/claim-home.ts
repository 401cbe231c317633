import { readFileSync, rmSync, statSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { commandLine, endStaleProcess } from "../process/stale-process.ts";
import type { Home } from "./home.ts";

const STOP_LIMIT_MS = 5_000;

/** Longer than it takes to write a file after it was read. */
const SETTLE_MS = 100;

/**
 * Who runs over a home folder. The command line is kept because a pid alone may belong to another process by now, and
 * the folder itself because a copy of one that is in use holds the other's claim.
 */
type Claim = { readonly pid: number; readonly command: string; readonly folder?: string };

/**
 * Makes this process the only one over a home folder, until it is disposed of.
 * Throws when another one runs. What a killed one left behind is ended first; a killed supervisor's services end by
 * themselves within a moment, since their channel to it is closed.
 */
export async function claimHome(home: Home): Promise<Disposable> {
  const file = claimFile(home.dir);
  const own = { pid: process.pid, command: commandLine(process.pid), folder: folderId(home.dir) };
  await place(file, own, home);
  await endServices(home);
  return {
    [Symbol.dispose]: () => {
      rmSync(home.runtimeFile, { force: true });
      rmSync(file, { force: true });
    },
  };
}

/** The process that runs over a home folder; null when there is none. */
export function ownerOfHome(dir: string): number | null {
  const claim = readJson(claimFile(dir)) as Claim | null;
  return claim !== null && isHeld(claim, folderId(dir)) ? claim.pid : null;
}

function claimFile(dir: string): string {
  return join(dir, "run", "supervisor.json");
}

/** Of the folder itself, wherever it was moved to. */
function folderId(dir: string): string {
  const { dev, ino } = statSync(dir);
  return `${dev}:${ino}`;
}

/** Of several starts at once, one finds no file and makes it; over a dead one's file the last to write it wins. */
async function place(file: string, own: Required<Claim>, home: Home): Promise<void> {
  try {
    return writeFileSync(file, JSON.stringify(own), { flag: "wx" });
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== "EEXIST") throw error;
  }
  refuseBeside(readJson(file) as Claim | null, own, home);
  writeFileSync(file, JSON.stringify(own));
  await sleep(SETTLE_MS);
  refuseBeside(readJson(file) as Claim | null, own, home);
}

function refuseBeside(owner: Claim | null, own: Required<Claim>, home: Home): void {
  if (owner === null || owner.pid === own.pid || !isHeld(owner, own.folder)) return;
  throw new Error(
    `Signalbox already runs over ${home.dir} (process ${owner.pid}). Stop it, or use another folder with --home.`,
  );
}

/** Whether who made the claim is still there, over this very folder. */
function isHeld({ pid, command, folder }: Claim, thisFolder: string): boolean {
  return command !== "" && (folder ?? thisFolder) === thisFolder && commandLine(pid) === command;
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
