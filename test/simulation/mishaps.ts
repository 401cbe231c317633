/** What can go wrong in a run. Over many runs, all of it has to. */
const MISHAPS = [
  "message lost",
  "message doubled",
  "message late",
  "message overtaken",
  "event lost",
  "event sent again",
  "event with other bytes",
  "queue restarted",
  "process killed",
  "process frozen",
  "process dead before a statement",
  "process dead after a statement",
  "connection cut",
  "connection broken before a statement",
  "connection broken after a statement",
  "lock lost",
  "statement sent behind another",
  "batch sent in vain",
  "key retired",
] as const;
type Mishap = (typeof MISHAPS)[number];

/** Counts what went wrong, so that runs in which nothing does are not taken for proof. */
export class Mishaps {
  readonly #counts = new Map<Mishap, number>();

  add(mishap: Mishap): void {
    this.#counts.set(mishap, (this.#counts.get(mishap) ?? 0) + 1);
  }

  /** What never happened. */
  get missing(): Mishap[] {
    return MISHAPS.filter((mishap) => !this.#counts.has(mishap));
  }
}
