import { NumberSet } from "./number-set.ts";

/** A process that records events and numbers them from 1. */
export type ProducerInstance = { readonly service: string; readonly instance: string };

/** The numbers of a producer that have a leaf or are named missing by one. */
export type Sequence = ProducerInstance & { readonly settled: NumberSet };

/** A producer's numbers below this one have been missing for long enough to be said so. */
export type DueGap = ProducerInstance & { readonly below: number };

/** At a time on this process's own clock, the largest number that was settled. */
type Mark = { readonly atMs: number; readonly last: number };

/**
 * Which of each producer's sequence numbers the register has seen, as of the last commit, and since when holes have
 * stood open. A cache of the log, loaded when a sequencer starts and changed only after a commit.
 */
export class Sequences {
  readonly #sequences = new Map<string, Sequence>();
  /** Of those with holes. A number below a mark that is missing now was missing then. */
  readonly #marks = new Map<string, Mark[]>();

  get({ service, instance }: ProducerInstance): Sequence | undefined {
    return this.#sequences.get(keyOf(service, instance));
  }

  values(): IterableIterator<Sequence> {
    return this.#sequences.values();
  }

  /** What a commit has left of the sequences that it touched. */
  apply(changed: Iterable<Sequence>): void {
    for (const sequence of changed) this.#sequences.set(keyOf(sequence.service, sequence.instance), sequence);
  }

  /** Notes where the sequences with holes stand now, and gives those whose holes are older than `afterMs`. */
  observe(nowMs: number, afterMs: number): DueGap[] {
    const due: DueGap[] = [];
    for (const [key, { service, instance, settled }] of this.#sequences) {
      if (!settled.hasHoles) {
        this.#marks.delete(key);
        continue;
      }
      const marks = [...(this.#marks.get(key) ?? []), { atMs: nowMs, last: settled.last }];
      const old = marks.findLastIndex(({ atMs }) => atMs + afterMs <= nowMs);
      const below = marks[old]?.last ?? 0;
      if (settled.missingBelow(below, 1).length > 0) due.push({ service, instance, below });
      this.#marks.set(key, marks.slice(Math.max(0, old)));
    }
    return due;
  }
}

export function keyOf(service: string, instance: string): string {
  return `${service} ${instance}`;
}
