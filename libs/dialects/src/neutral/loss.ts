import type { LossReason, TranslationLoss } from "@signalbox/proto";

/** What a translation to the form that the source has, or to one that expresses everything, lost. */
export const NO_LOSSES: readonly TranslationLoss[] = [];

/** A manifest longer than this says no more than one of this length. */
export const LOSSES_MAX = 64;

/** As records take them: kinds of parts and tools may be words of callers and providers. */
const PATH_MAX_CHARS = 256;
const WHAT_MAX_CHARS = 64;

/** Gathers what a translation loses, each place and kind once. */
export class LossList {
  readonly #losses: TranslationLoss[] = [];
  readonly #seen = new Set<string>();

  add(path: string, what: string, why: LossReason): void {
    const key = `${path} ${what}`;
    if (this.#losses.length >= LOSSES_MAX || this.#seen.has(key)) return;
    this.#seen.add(key);
    this.#losses.push(bounded({ path, what, why }));
  }

  get all(): readonly TranslationLoss[] {
    return this.#losses.length === 0 ? NO_LOSSES : this.#losses;
  }
}

/** The list with one loss more; the same list when it holds it already or is full. */
export function withLoss(losses: readonly TranslationLoss[], loss: TranslationLoss): readonly TranslationLoss[] {
  const isKnown = losses.some(({ path, what }) => path === loss.path && what === loss.what);
  return isKnown || losses.length >= LOSSES_MAX ? losses : [...losses, bounded(loss)];
}

function bounded({ path, what, why }: TranslationLoss): TranslationLoss {
  return { path: path.slice(0, PATH_MAX_CHARS), what: what.slice(0, WHAT_MAX_CHARS), why };
}
