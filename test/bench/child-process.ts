import { fork, type ChildProcess } from "node:child_process";
import { once } from "node:events";
import { join } from "node:path";

const STOP_LIMIT_MS = 30_000;

/** Starts a file of this folder as a process with a channel to it. */
export function forkFile(file: string, args: readonly string[] = []): ChildProcess {
  return fork(join(import.meta.dirname, file), args, { stdio: ["ignore", "inherit", "inherit", "ipc"] });
}

/** The next message of a child; rejects when it ends before one comes. */
export async function nextMessage<T>(child: ChildProcess, name: string): Promise<T> {
  const gone = new AbortController();
  const ended = once(child, "exit", { signal: gone.signal }).then(([code]) => {
    throw new Error(`${name} ended with code ${String(code)}.`);
  });
  try {
    const [message] = (await Promise.race([once(child, "message", { signal: gone.signal }), ended])) as [T];
    return message;
  } finally {
    gone.abort();
    ended.catch(() => undefined);
  }
}

/** Ends a child and waits for its end; one that does not listen is killed. */
export async function endChild(child: ChildProcess, signal: NodeJS.Signals = "SIGTERM"): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return;
  const exited = once(child, "exit");
  child.kill(signal);
  const force = setTimeout(() => child.kill("SIGKILL"), STOP_LIMIT_MS);
  await exited;
  clearTimeout(force);
}
