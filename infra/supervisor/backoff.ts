const FIRST_DELAY_MS = 200;
const MAX_DELAY_MS = 5_000;
const STEADY_AFTER_MS = 30_000;

/** How long to wait before something that ended is started again: not at all the first time, then ever longer. */
export class Backoff {
  #failures = 0;

  /** `ranForMs`: how long it had run. What ran for half a minute starts afresh. */
  next(ranForMs: number): number {
    if (ranForMs >= STEADY_AFTER_MS) this.#failures = 0;
    const delayMs = this.#failures === 0 ? 0 : Math.min(FIRST_DELAY_MS * 2 ** (this.#failures - 1), MAX_DELAY_MS);
    this.#failures += 1;
    return delayMs;
  }
}
