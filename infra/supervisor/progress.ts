import type { WriteStream } from "node:tty";

/** What a start tells of itself while it runs. */
export type Progress = {
  /** Does a part of the work under a name; what it returns as text is shown beside the time that it took. */
  step<T>(name: string, work: () => Promise<T>): Promise<T>;
  /** A line that stands by itself. */
  note(line: string): void;
  /** Aborted when the start is to be broken off. */
  readonly stop: AbortSignal;
};

/** Where progress is written. A terminal shows what is being done now in its last line; a file gets a line when it is done. */
type Output = Pick<WriteStream, "write"> & { readonly isTTY?: boolean };

const CLEAR_LINE = "\r\u001B[K";

export function createProgress(output: Output, stop: AbortSignal): Progress {
  const startedAt = performance.now();
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
    stop,
  };
}
