/** So many asked one after the other that gave no answer: it is down. */
const FAILURES_MAX = 3;
const FIRST_REST_MS = 1_000;
const REST_MAX_MS = 30_000;

/**
 * Remembers that a guardrail is down, so that requests do not wait for its deadline one after the other. While it rests
 * nobody is sent to it; then one is, and its answer ends the rest, or makes the next one twice as long.
 */
export class GuardCircuit {
  readonly #nowMs: () => number;
  #failures = 0;
  #restMs = 0;
  #restsUntilMs = 0;
  #isTried = false;

  constructor(nowMs: () => number) {
    this.#nowMs = nowMs;
  }

  /** Whether the guardrail is to be asked now. Who is told so must say how it went. */
  admits(): boolean {
    if (this.#restMs === 0) return true;
    if (this.#isTried || this.#nowMs() < this.#restsUntilMs) return false;
    this.#isTried = true;
    return true;
  }

  /** True where this is the news that it is up again. */
  answered(): boolean {
    const isNews = this.#restMs > 0;
    this.#failures = 0;
    this.#restMs = 0;
    this.#isTried = false;
    return isNews;
  }

  /** The rest that begins with this, in milliseconds; null where none does. */
  failed(): number | null {
    this.#failures += 1;
    // What was under way when the rest began says nothing new.
    if (this.#restMs > 0 && !this.#isTried) return null;
    if (this.#restMs === 0 && this.#failures < FAILURES_MAX) return null;
    this.#restMs = Math.min(REST_MAX_MS, Math.max(FIRST_REST_MS, this.#restMs * 2));
    this.#restsUntilMs = this.#nowMs() + this.#restMs;
    this.#isTried = false;
    return this.#restMs;
  }
}
