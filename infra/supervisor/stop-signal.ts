/** Ctrl-C reaches this process twice, from the terminal and through npm; within this time both count as one. */
const SAME_REQUEST_MS = 1_000;

/**
 * Aborts `stop` at the first SIGINT, SIGTERM or SIGHUP, or when the process that started this one is gone.
 * A further signal calls `onInsist`.
 */
export function watchStopSignals(stop: AbortController, onInsist: () => void): void {
  let firstAt: number | undefined;
  for (const signal of ["SIGINT", "SIGTERM", "SIGHUP"] as const) {
    process.on(signal, () => {
      firstAt ??= performance.now();
      if (performance.now() - firstAt > SAME_REQUEST_MS) onInsist();
      stop.abort();
    });
  }
  process.once("disconnect", () => stop.abort());
}
