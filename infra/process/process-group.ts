import { spawn } from "node:child_process";
import type { ChildProcess, StdioOptions } from "node:child_process";
import { closeSync, openSync } from "node:fs";

export type ProcessGroupOptions = {
  readonly command: string;
  readonly args: readonly string[];
  readonly env?: Readonly<Record<string, string | undefined>>;
  readonly cwd?: string;
  /** stdout and stderr are appended here. */
  readonly logFile: string;
  /** Open an IPC channel; its end tells the child that its parent is gone. */
  readonly ipc?: boolean;
  readonly uid?: number;
  readonly gid?: number;
};

export type Exit = { readonly code: number | null; readonly signal: NodeJS.Signals | null };

type StopOptions = { readonly signal: NodeJS.Signals; readonly limitMs: number };

/** A child process that leads its own process group, so that a Ctrl-C in the terminal reaches the supervisor alone. */
export type ProcessGroup = {
  readonly pid: number;
  readonly child: ChildProcess;
  /** Settles when the process has ended; never rejects. */
  readonly exited: Promise<Exit>;
  /** Sends the signal, and SIGKILL to the whole group when the process outlives the limit. Resolves after the end. */
  stop(options: StopOptions): Promise<Exit>;
};

export async function startProcessGroup(options: ProcessGroupOptions): Promise<ProcessGroup> {
  const log = openSync(options.logFile, "a", 0o600);
  const stdio: StdioOptions = options.ipc === true ? ["ignore", log, log, "ipc"] : ["ignore", log, log];
  const child = spawn(options.command, options.args, {
    detached: true,
    stdio,
    env: options.env ?? process.env,
    ...(options.cwd === undefined ? {} : { cwd: options.cwd }),
    ...(options.uid === undefined ? {} : { uid: options.uid }),
    ...(options.gid === undefined ? {} : { gid: options.gid }),
  });
  closeSync(log);
  const exited = new Promise<Exit>((resolve) => {
    child.once("exit", (code, signal) => resolve({ code, signal }));
  });
  await new Promise<void>((resolve, reject) => {
    child.once("spawn", resolve).once("error", reject);
  });
  const pid = child.pid as number;
  return { pid, child, exited, stop: (stop) => stopGroup(child, exited, stop) };
}

async function stopGroup(child: ChildProcess, exited: Promise<Exit>, { signal, limitMs }: StopOptions): Promise<Exit> {
  const pid = child.pid as number;
  // The pid of a process that has ended may belong to another one by now.
  if (child.exitCode !== null || child.signalCode !== null) return exited;
  signalProcess(pid, signal);
  const timer = setTimeout(() => signalProcess(-pid, "SIGKILL"), limitMs);
  try {
    return await exited;
  } finally {
    clearTimeout(timer);
  }
}

/** Sends a signal; false when no such process is there any more. A negative pid names a group. */
export function signalProcess(pid: number, signal: NodeJS.Signals | 0): boolean {
  try {
    process.kill(pid, signal);
    return true;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "EPERM") return true;
    return false;
  }
}
