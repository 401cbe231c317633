/** What a command may touch of the process, so that tests run commands without one. */
export type Terminal = {
  /** A line on stdout: the answer. */
  readonly out: (line: string) => void;
  /** A line on stderr: progress, and what went wrong. */
  readonly err: (line: string) => void;
  /** Rewrites the last line of stderr; silent where nobody looks at it. */
  readonly progress: (line: string) => void;
  readonly env: Readonly<Record<string, string | undefined>>;
  /** Aborted by Ctrl-C and by a reader that closed its end of the pipe. */
  readonly stop: AbortSignal;
};

const SIGNALS = ["SIGINT", "SIGTERM"] as const;
const SECOND_PRESS_AFTER_MS = 500;
const CLEAR_LINE = "\r\u001b[2K";

/** The process's own terminal. */
export function processTerminal(): Terminal {
  const stop = new AbortController();
  const abort = (): void => stop.abort();
  for (const signal of SIGNALS) process.on(signal, abort);
  // One press reaches the process twice, from the terminal and through npm; a later one ends it whatever it is doing.
  stop.signal.addEventListener("abort", () => {
    setTimeout(() => SIGNALS.map((signal) => process.off(signal, abort)), SECOND_PRESS_AFTER_MS).unref();
  });
  // `signalbox … | head` closes the pipe; that is an end, not a failure.
  process.stdout.on("error", abort);
  let inProgress = false;
  const clear = (): void => {
    if (inProgress) process.stderr.write(CLEAR_LINE);
    inProgress = false;
  };
  return {
    out: (line) => {
      clear();
      process.stdout.write(`${line}\n`);
    },
    err: (line) => {
      clear();
      process.stderr.write(`${line}\n`);
    },
    progress: (line) => {
      if (!process.stderr.isTTY) return;
      process.stderr.write(CLEAR_LINE + line);
      inProgress = true;
    },
    env: process.env,
    stop: stop.signal,
  };
}
