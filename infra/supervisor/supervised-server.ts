import { setTimeout as sleep } from "node:timers/promises";
import { signalProcess } from "../process/process-group.ts";
import { Backoff } from "./backoff.ts";
import { watchHealth } from "./watch-health.ts";

/** Two minutes, longer than for a service, because ending a server interrupts the whole line. */
const SILENCE_PACE = { everyMs: 5_000, missesMax: 24 } as const;

export type Server = AsyncDisposable & {
  readonly pid: number;
  readonly exited: Promise<unknown>;
  answers(timeoutMs: number): Promise<boolean>;
};

type SupervisedOptions<S extends Server> = {
  readonly start: () => Promise<S>;
  readonly say: (line: string) => void;
  /** How long it may say nothing; two minutes unless given. */
  readonly pace?: { readonly everyMs: number; readonly missesMax: number };
};

/**
 * Keeps PostgreSQL or NATS up: when the server ends by itself, it is started again over the same data and port. One that answers nobody
 * for two minutes is killed first; what it acknowledged is in its files, which outlive its process.
 */
export class SupervisedServer<S extends Server> implements AsyncDisposable {
  readonly #start: () => Promise<S>;
  readonly #say: (line: string) => void;
  #onRestart: () => void = () => undefined;
  readonly #stop = new AbortController();
  #server: S;
  /** Set while the server has ended: its pid may belong to another process then. */
  #isDown = false;
  readonly #running: Promise<void>;
  readonly #watch: AsyncDisposable;

  private constructor(server: S, { start, say, pace = SILENCE_PACE }: SupervisedOptions<S>) {
    this.#server = server;
    this.#start = start;
    this.#say = say;
    this.#running = this.#keepRunning();
    const ask = (timeoutMs: number): Promise<boolean> => this.#server.answers(timeoutMs);
    this.#watch = watchHealth({ ask, ...pace, onSilent: () => this.#endSilent() });
  }

  static async start<S extends Server>(options: SupervisedOptions<S>): Promise<SupervisedServer<S>> {
    return new SupervisedServer(await options.start(), options);
  }

  /** The server that runs now. */
  get server(): S {
    return this.#server;
  }

  /** Called whenever another process has taken the server's place. */
  onRestart(call: () => void): void {
    this.#onRestart = call;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#stop.abort();
    await this.#watch[Symbol.asyncDispose]();
    await this.#server[Symbol.asyncDispose]();
    await this.#running;
  }

  #endSilent(): void {
    if (this.#isDown || this.#stop.signal.aborted) return;
    this.#say("it stands still: it answers nobody any more and is ended");
    signalProcess(this.#server.pid, "SIGKILL");
  }

  async #keepRunning(): Promise<void> {
    const backoff = new Backoff();
    let startedAt = performance.now();
    while (!this.#stop.signal.aborted) {
      await this.#server.exited;
      this.#isDown = true;
      if (this.#stop.signal.aborted) return;
      await sleep(backoff.next(performance.now() - startedAt), undefined, { signal: this.#stop.signal }).catch(
        () => undefined,
      );
      startedAt = performance.now();
      try {
        this.#server = await this.#start();
        this.#isDown = false;
        this.#say("it had ended and is up again");
        this.#onRestart();
      } catch (error) {
        this.#say(`it has ended and does not come up again: ${(error as Error).message}`);
      }
      // Disposal may have come while the new one was being started.
      if (this.#stop.signal.aborted) await this.#server[Symbol.asyncDispose]();
    }
  }
}
