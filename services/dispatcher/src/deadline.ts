import { SignalboxError } from "@signalbox/proto";

/** What an attempt is given up for. */
type DeadlineTimes = {
  /** Silence before the answer's content begins: a model may think for long before its first word. */
  readonly firstByteMs: number;
  /** Silence after it. */
  readonly idleMs: number;
  /** The provider's own bound on one attempt; null for none. */
  readonly totalMs: number | null;
  /** The end of the request's time, over all attempts, on the clock of `performance.now()`. */
  readonly totalAtMs: number;
};

/** Aborts its signal when the provider is silent for too long, when its time or the request's is over, or when `parent` aborts. */
export class Deadline implements Disposable {
  readonly #controller = new AbortController();
  readonly #parent: AbortSignal;
  readonly #provider: string;
  readonly #idleMs: number;
  readonly #total: NodeJS.Timeout;
  #silence: NodeJS.Timeout;
  #isPaused = false;
  #hasBegun = false;

  constructor(times: DeadlineTimes, provider: string, parent: AbortSignal) {
    this.#provider = provider;
    this.#idleMs = times.idleMs;
    this.#parent = parent;
    this.#silence = setTimeout(this.#onSilence, times.firstByteMs);
    const leftMs = Math.max(0, times.totalAtMs - performance.now());
    // The end of the request's time is nobody's fault; the end of the provider's own is, and another may still answer.
    this.#total =
      times.totalMs !== null && times.totalMs < leftMs
        ? setTimeout(this.#onTotal, times.totalMs, "upstream-timeout")
        : setTimeout(this.#onTotal, leftMs, "deadline-exceeded");
    parent.addEventListener("abort", this.#onParent);
    if (parent.aborted) this.#onParent();
  }

  get signal(): AbortSignal {
    return this.#controller.signal;
  }

  /** Something came: silence is counted from here. */
  heard(): void {
    if (!this.#isPaused) this.#silence.refresh();
  }

  /** The answer's content has begun. */
  begun(): void {
    if (this.#hasBegun) return;
    this.#hasBegun = true;
    this.#rearm();
  }

  /** The wait that follows is not the provider's: its caller reads slowly. */
  pause(): void {
    this.#isPaused = true;
    clearTimeout(this.#silence);
  }

  resume(): void {
    this.#isPaused = false;
    this.#rearm();
  }

  /** Breaks off what is still under way. */
  abort(reason: unknown): void {
    this.#controller.abort(reason);
  }

  [Symbol.dispose](): void {
    clearTimeout(this.#silence);
    clearTimeout(this.#total);
    this.#parent.removeEventListener("abort", this.#onParent);
  }

  #rearm(): void {
    clearTimeout(this.#silence);
    this.#silence = setTimeout(this.#onSilence, this.#idleMs);
  }

  readonly #onSilence = (): void => {
    const what = this.#hasBegun ? "stopped in the middle of its answer" : "did not begin to answer in time";
    const details = { provider: this.#provider };
    this.abort(new SignalboxError("upstream-timeout", `${this.#provider} ${what}.`, { details }));
  };

  readonly #onTotal = (code: "upstream-timeout" | "deadline-exceeded"): void => {
    const details = { provider: this.#provider };
    this.abort(new SignalboxError(code, `${this.#provider} did not finish its answer in time.`, { details }));
  };

  readonly #onParent = (): void => {
    this.#controller.abort(this.#parent.reason);
  };
}
