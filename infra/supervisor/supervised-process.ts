import { readFile } from "node:fs/promises";
import { setTimeout as sleep } from "node:timers/promises";
import type { GoMessage } from "@signalbox/kit";
import { signalProcess, startProcessGroup } from "../process/process-group.ts";
import type { Exit, ProcessGroup, ProcessGroupOptions } from "../process/process-group.ts";
import { Backoff } from "./backoff.ts";
import { answersHttp, WATCH_PACE, watchHealth } from "./watch-health.ts";

const STOP_LIMIT_MS = 10_000;
/** Enough for the message above a stack trace. */
const LAST_WORDS_LINES = 16;
const READY_LIMIT_MS = 60_000;
/** A process that never became ready and ends this often will not get better by itself. */
const FIRST_TRIES = 3;
/** A config that the service refuses. */
const EXIT_BAD_CONFIG = 2;

type SupervisedOptions = Omit<ProcessGroupOptions, "ipc"> & {
  readonly name: string;
  /** A process ended without being asked, or was started again. */
  readonly say: (line: string) => void;
  readonly onStart: (pid: number) => void;
  /** Where it says that it lives; when it has said nothing for a minute it is killed, and so started again. */
  readonly healthUrl?: string;
  /** How long it may say nothing; a minute unless given. */
  readonly pace?: { readonly everyMs: number; readonly missesMax: number };
  /** What the process needs before it can serve. It is started at once, with `--held`, and told to go when this resolves. */
  readonly hold?: Promise<unknown>;
};

/** A child process that says over its IPC channel when it serves, and is started again whenever it ends by itself. */
export class SupervisedProcess implements AsyncDisposable {
  readonly #options: SupervisedOptions;
  readonly #backoff = new Backoff();
  readonly #stop = new AbortController();
  readonly #ready = Promise.withResolvers<void>();
  #current: ProcessGroup | undefined;
  #isHeld: boolean;
  #wasReady = false;
  #starts = 0;
  #running: Promise<void> = Promise.resolve();

  private constructor(options: SupervisedOptions) {
    this.#options = options;
    this.#isHeld = options.hold !== undefined;
  }

  /** Resolves when the process serves; rejects with its last words when it cannot be brought to. */
  static async start(options: SupervisedOptions): Promise<SupervisedProcess> {
    const supervised = new SupervisedProcess(options);
    supervised.#running = supervised.#keepRunning();
    supervised.#watch();
    let late: NodeJS.Timeout | undefined;
    try {
      await Promise.race([options.hold, supervised.#ready.promise]);
      late = setTimeout(() => void supervised.#giveUp("was not ready in time"), READY_LIMIT_MS);
      await supervised.#ready.promise;
      return supervised;
    } catch (error) {
      await supervised[Symbol.asyncDispose]();
      throw error;
    } finally {
      clearTimeout(late);
    }
  }

  /** Ends it in order and for good. */
  async [Symbol.asyncDispose](): Promise<void> {
    this.#stop.abort();
    await this.#current?.stop({ signal: "SIGTERM", limitMs: STOP_LIMIT_MS });
    await this.#running;
  }

  #watch(): void {
    const { healthUrl: url, name, say, pace = WATCH_PACE } = this.#options;
    if (url === undefined) return;
    const onSilent = (): void => {
      // Between two processes there is none to end, and the last one's pid may belong to another by now.
      if (this.#current === undefined) return;
      say(`${name} stands still: it has not answered for a minute and is ended`);
      signalProcess(this.#current.pid, "SIGKILL");
    };
    const watch = watchHealth({ ask: (timeoutMs) => answersHttp(url, timeoutMs), ...pace, onSilent });
    this.#stop.signal.addEventListener("abort", () => void watch[Symbol.asyncDispose]());
  }

  async #keepRunning(): Promise<void> {
    const { say, name } = this.#options;
    while (!this.#stop.signal.aborted) {
      const startedAt = performance.now();
      const exit = await this.#runOnce().catch((error: unknown) => this.#notStarted(error));
      if (this.#stop.signal.aborted) return;
      if (!this.#wasReady && (exit.code === EXIT_BAD_CONFIG || this.#starts >= FIRST_TRIES)) {
        await this.#giveUp(`ended (${describe(exit)})`);
        return;
      }
      const delayMs = this.#backoff.next(performance.now() - startedAt);
      const when = delayMs === 0 ? "" : ` in ${delayMs} ms`;
      const why = exit.code === null ? "" : `; the end of ${this.#options.logFile} says why`;
      say(`${name} ended (${describe(exit)}); it is started again${when}${why}`);
      await sleep(delayMs, undefined, { signal: this.#stop.signal }).catch(() => undefined);
    }
  }

  async #runOnce(): Promise<Exit> {
    this.#starts += 1;
    const args = this.#isHeld ? [...this.#options.args, "--held"] : this.#options.args;
    const process = await startProcessGroup({ ...this.#options, args, ipc: true });
    this.#current = process;
    this.#options.onStart(process.pid);
    if (this.#isHeld) {
      const release = (): void => {
        this.#isHeld = false;
        if (process.child.connected) process.child.send({ go: true } satisfies GoMessage);
      };
      void this.#options.hold?.then(release, () => undefined);
    }
    process.child.on("message", (message: { ready?: boolean }) => {
      if (message.ready !== true) return;
      if (this.#wasReady) this.#options.say(`${this.#options.name} serves again`);
      this.#wasReady = true;
      this.#ready.resolve();
    });
    // Disposal may have come while the process was being started.
    if (this.#stop.signal.aborted) await process.stop({ signal: "SIGTERM", limitMs: STOP_LIMIT_MS });
    const exit = await process.exited;
    this.#current = undefined;
    return exit;
  }

  /** A machine without memory or processes to spare has some later; the supervisor must outlast that. */
  #notStarted(error: unknown): Exit {
    this.#options.say(`${this.#options.name} cannot be started: ${(error as Error).message}`);
    return { code: null, signal: null };
  }

  async #giveUp(what: string): Promise<void> {
    const { name, logFile } = this.#options;
    const words = (await readFile(logFile, "utf8").catch(() => ""))
      .trimEnd()
      .split("\n")
      .slice(-LAST_WORDS_LINES)
      .join("\n");
    this.#ready.reject(new Error(`${name} ${what}. The end of ${logFile}:\n${words}`));
  }
}

function describe({ code, signal }: Exit): string {
  if (code === null && signal === null) return "it was not started";
  return signal ?? `exit code ${code}`;
}
