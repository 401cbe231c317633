/** Work that is done every so often, one run at a time. Disposing of it waits for the run under way. */
export type RepeatedWork = AsyncDisposable & {
  /** Begins a run, unless one is under way, and resolves with its end. Rejects never. */
  run(): Promise<void>;
};

type RepeatedWorkOptions = {
  readonly everyMs: number;
  readonly work: () => Promise<void>;
  /** Of a run that failed; the next one comes as ever. */
  readonly onFailure: (error: unknown) => void;
};

/** A timer of this alone keeps no process alive. */
export function repeatWork({ everyMs, work, onFailure }: RepeatedWorkOptions): RepeatedWork {
  let running: Promise<void> | null = null;

  function run(): Promise<void> {
    running ??= work()
      .catch(onFailure)
      .finally(() => {
        running = null;
      });
    return running;
  }

  const timer = setInterval(() => void run(), everyMs);
  timer.unref();
  return {
    run,
    async [Symbol.asyncDispose]() {
      clearInterval(timer);
      await running;
    },
  };
}
