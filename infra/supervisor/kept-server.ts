import { setTimeout as sleep } from "node:timers/promises";
import { Backoff } from "./backoff.ts";

export type Server = AsyncDisposable & { readonly pid: number; readonly exited: Promise<unknown> };

/** Keeps PostgreSQL or NATS up: when the server ends by itself, it is started again over the same data and port. */
export class KeptServer<S extends Server> implements AsyncDisposable {
  readonly #start: () => Promise<S>;
  readonly #say: (line: string) => void;
  #onRestart: () => void = () => undefined;
  readonly #stop = new AbortController();
  #server: S;
  #running: Promise<void>;

  private constructor(options: { server: S; start: () => Promise<S>; say: (line: string) => void }) {
    this.#server = options.server;
    this.#start = options.start;
    this.#say = options.say;
    this.#running = this.#keepRunning();
  }

  static async start<S extends Server>(start: () => Promise<S>, say: (line: string) => void): Promise<KeptServer<S>> {
    return new KeptServer({ server: await start(), start, say });
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
    await this.#server[Symbol.asyncDispose]();
    await this.#running;
  }

  async #keepRunning(): Promise<void> {
    const backoff = new Backoff();
    let startedAt = performance.now();
    while (!this.#stop.signal.aborted) {
      await this.#server.exited;
      if (this.#stop.signal.aborted) return;
      await sleep(backoff.next(performance.now() - startedAt), undefined, { signal: this.#stop.signal }).catch(
        () => undefined,
      );
      startedAt = performance.now();
      try {
        this.#server = await this.#start();
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
