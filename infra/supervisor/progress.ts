import type { WriteStream } from "node:tty";

/** What a start tells of itself while it runs. */
export type Progress = {
  /** Runs a part of the start under a name, and reports when it is done, with its result where that is text. */
  step<T>(name: string, work: () => Promise<T>): Promise<T>;
  /** A line that stands by itself. */
  note(line: string): void;
  /** Aborted when the start is to be broken off. */
  readonly stop: AbortSignal;
};

/** Where progress is written. A terminal's last line shows the present work; a file gets a line for each finished part. */
type Output = Pick<WriteStream, "write"> & { readonly isTTY?: boolean };

const CLEAR_LINE = "\r\u001B[K";

/** `isUp` ends the start: from then on lines bear the time of day, by which logs are found. */
export function createProgress(output: Output, stop: AbortSignal): Progress & { isUp(): void } {
  const startedAt = performance.now();
  let isStarting = true;
  const inWork = new Set<string>();

  function line(text: string): void {
    if (output.isTTY !== true) return void output.write(`${elapsed()} ${text}\n`);
    output.write(`${CLEAR_LINE}${elapsed()} ${text}\n`);
    showWork();
  }

  function showWork(): void {
    if (output.isTTY !== true) return;
    output.write(inWork.size === 0 ? CLEAR_LINE : `${CLEAR_LINE}${elapsed()} … ${[...inWork].join(", ")}`);
  }

  function elapsed(): string {
    if (!isStarting) return `[${new Date().toISOString()}]`;
    return `[${((performance.now() - startedAt) / 1_000).toFixed(1).padStart(5)} s]`;
  }

  return {
    async step(name, work) {
      stop.throwIfAborted();
      inWork.add(name);
      showWork();
      try {
        const result = await work();
        inWork.delete(name);
        line(`✓ ${name}${typeof result === "string" ? `: ${result}` : ""}`);
        return result;
      } finally {
        inWork.delete(name);
        showWork();
      }
    },
    note: line,
    isUp: () => void (isStarting = false),
    stop,
  };
}
