import { execFileSync } from "node:child_process";
import { existsSync, readFileSync } from "node:fs";
import { setTimeout as sleep } from "node:timers/promises";
import { signalProcess } from "./process-group.ts";

const POLL_MS = 20;

type StaleProcess = {
  readonly pid: number;
  /** The process is ended only when its command line holds this, because the kernel gives old pids to new processes. */
  readonly commandHolds: string;
  readonly signal: NodeJS.Signals;
  /** How long the signal has before SIGKILL. */
  readonly limitMs: number;
};

/** Ends what a killed run left behind. Returns true when there was such a process; it is gone then. */
export async function endStaleProcess({ pid, commandHolds, signal, limitMs }: StaleProcess): Promise<boolean> {
  if (!commandLine(pid).includes(commandHolds)) return false;
  signalProcess(pid, signal);
  const deadline = performance.now() + limitMs;
  while (isRunning(pid)) {
    if (performance.now() > deadline) signalProcess(pid, "SIGKILL");
    await sleep(POLL_MS);
  }
  return true;
}

/** A zombie counts as ended: nobody may be left to reap it. */
function isRunning(pid: number): boolean {
  return signalProcess(pid, 0) && commandLine(pid) !== "";
}

/** The command line of a process, its words parted by spaces; empty when there is no such process. */
export function commandLine(pid: number): string {
  if (existsSync("/proc/self/cmdline")) {
    try {
      return readFileSync(`/proc/${pid}/cmdline`, "utf8").replaceAll("\0", " ");
    } catch {
      return "";
    }
  }
  try {
    return execFileSync("ps", ["-o", "command=", "-p", String(pid)], { encoding: "utf8", timeout: 5_000 });
  } catch {
    return "";
  }
}
