import type { Terminal } from "./terminal.ts";

/** A terminal that keeps what was written; for tests alone. */
export type RecordedTerminal = Terminal & { readonly stdout: string[]; readonly stderr: string[]; abort(): void };

export function recordedTerminal(env: Terminal["env"] = {}): RecordedTerminal {
  const stop = new AbortController();
  const stdout: string[] = [];
  const stderr: string[] = [];
  return {
    stdout,
    stderr,
    out: (line) => void stdout.push(line),
    err: (line) => void stderr.push(line),
    progress: () => {},
    env,
    stop: stop.signal,
    abort: () => stop.abort(),
  };
}
