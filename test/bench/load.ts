import { endChild, forkFile, nextMessage } from "./child-process.ts";
import type { Scenario } from "./scenario.ts";

/** What the load generator is told to do. */
export type LoadOrder = {
  readonly url: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly scenario: Scenario;
  readonly connections: number;
  /** Load before the measured part; its answers are checked, and counted nowhere. */
  readonly warmUpSeconds: number;
  readonly seconds: number;
};

/** What it saw in the measured part. */
export type LoadResult = {
  readonly requestsPerSecond: number;
  readonly p50Ms: number;
  readonly p99Ms: number;
  /** Complete answers. */
  readonly completed: number;
  /** Answers that were not 2xx or not complete, lost connections and timeouts, of the warm-up too. */
  readonly failed: number;
};

/** The load generator: one process for the whole run, so that all targets meet the same warm one. */
export type LoadGenerator = AsyncDisposable & { run(order: LoadOrder): Promise<LoadResult> };

/** A run rejects with the signal's reason when it is aborted. */
export function startLoadGenerator(signal: AbortSignal): LoadGenerator {
  const child = forkFile("load-generator.ts");
  const { promise: aborted, reject } = Promise.withResolvers<never>();
  aborted.catch(() => undefined);
  signal.addEventListener("abort", () => {
    reject(signal.reason);
  });
  return {
    run(order) {
      signal.throwIfAborted();
      const result = nextMessage<LoadResult>(child, "The load generator");
      result.catch(() => undefined);
      child.send(order);
      return Promise.race([result, aborted]);
    },
    [Symbol.asyncDispose]: () => endChild(child),
  };
}
