import { type Bus, consumerPosition, type Logger } from "@signalbox/kit";
import { every } from "./every.ts";
import type { DueGap, Sequences } from "./sequences.ts";

/**
 * Finds the sequence numbers that have been missing for too long. The events with these numbers may still stand in the
 * queue, behind others or with a ledger that died, so gaps fall due only when everything that was in the queue when
 * they were found is dealt with.
 */
export class GapWatch {
  readonly #bus: Bus;
  readonly #afterMs: number;
  /** Gaps that are old enough, with the queue's newest message when they were found so. */
  #suspected: { readonly gaps: readonly DueGap[]; readonly last: number } | null = null;
  #due: readonly DueGap[] = [];

  constructor(bus: Bus, afterMs: number) {
    this.#bus = bus;
    this.#afterMs = afterMs;
  }

  /** The gaps to be named now; each is given once. */
  takeDue(): readonly DueGap[] {
    const due = this.#due;
    this.#due = [];
    return due;
  }

  /** Looks for gaps until it is disposed, and calls `onDue` when there are some. */
  sweepRegularly(options: { sequences: Sequences; everyMs: number; log: Logger; onDue: () => void }): Disposable {
    const { sequences, everyMs, log, onDue } = options;
    this.#suspected = null;
    this.#due = [];
    return every(everyMs, () => {
      this.#sweep(sequences)
        .then(() => {
          if (this.#due.length > 0) onDue();
        })
        .catch((error: unknown) => {
          log.warn({ err: error }, "the queue's position is not known, so no sequence number is taken for missing");
        });
    });
  }

  async #sweep(sequences: Sequences): Promise<void> {
    const gaps = sequences.observe(performance.now(), this.#afterMs);
    if (gaps.length === 0) {
      this.#suspected = null;
      return;
    }
    const { last, done } = await consumerPosition(this.#bus);
    if (this.#suspected === null) this.#suspected = { gaps, last };
    else if (done >= this.#suspected.last) {
      this.#due = this.#suspected.gaps;
      this.#suspected = null;
    }
  }
}
