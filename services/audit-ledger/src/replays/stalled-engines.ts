/** More engines than a log has had would not all hang. */
const ENGINES_MAX = 1_024;

/**
 * Engines that are not run again, by their digests, each with why. One that never ends costs as much as a replay waits
 * for it, and would cost that again for each of its decisions.
 */
export class StalledEngines {
  readonly #reasons = new Map<string, string>();

  /** False: it was noted before. */
  note(engine: string, reason: string): boolean {
    if (this.#reasons.has(engine)) return false;
    if (this.#reasons.size >= ENGINES_MAX) this.#reasons.delete(this.#reasons.keys().next().value as string);
    this.#reasons.set(engine, reason);
    return true;
  }

  get list(): readonly (readonly [engine: string, reason: string])[] {
    return [...this.#reasons];
  }
}
