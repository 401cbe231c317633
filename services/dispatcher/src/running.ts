import { inFlightGauge } from "./metrics.ts";

/** The requests in execution, by their claim: what the heartbeat names, and what a stop waits for. */
export class Running {
  readonly #byClaim = new Map<
    string,
    { requestId: string; done: Promise<void>; interrupt: (reason: unknown) => void }
  >();

  get size(): number {
    return this.#byClaim.size;
  }

  /** Runs `work` and counts it until it is over. `interrupt` breaks it off. */
  async run(
    entry: { claim: string; requestId: string; interrupt: (reason: unknown) => void },
    work: () => Promise<void>,
  ): Promise<void> {
    const done = work();
    this.#byClaim.set(entry.claim, { ...entry, done });
    inFlightGauge.set(this.size);
    try {
      await done;
    } finally {
      this.#byClaim.delete(entry.claim);
      inFlightGauge.set(this.size);
    }
  }

  requestIds(): string[] {
    return [...this.#byClaim.values()].map(({ requestId }) => requestId);
  }

  /** Waits for all of them, also for those that begin meanwhile, and breaks off what is still running after `graceMs`. */
  async settle(graceMs: number, reason: () => unknown): Promise<void> {
    let isLate = false;
    const interruptLate = (): void => {
      if (isLate) for (const { interrupt } of this.#byClaim.values()) interrupt(reason());
    };
    const timer = setTimeout(() => {
      isLate = true;
      interruptLate();
    }, graceMs);
    while (this.size > 0) {
      interruptLate();
      await Promise.allSettled([...this.#byClaim.values()].map(({ done }) => done));
    }
    clearTimeout(timer);
  }
}
