import type { LeafFollower, Sequence } from "@signalbox/audit-ledger/derived";
import type { LeafRow } from "./register-rows.ts";

/** What the first versions of Signalbox did not write: a log that they began has leaves without it, up to their last one. */
const LATER_COLUMNS = ["reason", "tags", "decision_idx"] as const;
const WHY = "which an earlier version of Signalbox did not write";

/**
 * The leaves before the first that has any of the later columns. Leaves never change, so an update of the software fills
 * none of these, nor the sequences of producers that ended before it.
 */
export class EarlyLeaves {
  readonly #follower: LeafFollower;
  #sequences: readonly Sequence[] | null = null;
  #withoutColumns = 0;
  #withoutSequence = 0;

  constructor(follower: LeafFollower) {
    this.#follower = follower;
  }

  /** Why not all columns and sequences were held against leaves, by check; without those that were. */
  get unchecked(): { readonly columns?: string; readonly sequences?: string } {
    const [leaves, producers] = [this.#withoutColumns, this.#withoutSequence];
    const columns = `${LATER_COLUMNS.join(", ")} of ${leaves} leaves, ${WHY}`;
    const sequences = `the numbers of ${producers} producers, ${WHY}`;
    return { ...(leaves > 0 && { columns }), ...(producers > 0 && { sequences }) };
  }

  /** Of the columns in which a row differs from its leaf, those that count as faults. */
  faulty<Name extends keyof LeafRow>(row: LeafRow, differing: readonly Name[]): readonly Name[] {
    if (this.#sequences !== null) return differing;
    const faulty = differing.filter((name) => row[name] !== null || !LATER_COLUMNS.some((later) => later === name));
    if (faulty.length < differing.length) this.#withoutColumns += 1;
    return faulty;
  }

  /** To be told of each row, in their order, before its leaf is followed. */
  pass(row: LeafRow): void {
    if (this.#sequences === null && LATER_COLUMNS.some((name) => row[name] !== null)) {
      this.#sequences = this.#follower.takeChanged();
    }
  }

  /** What the leaves say of each producer; to be asked once, when all were followed. */
  sequences(): Sequence[] {
    this.#sequences ??= this.#follower.takeChanged();
    const later = this.#follower.takeChanged();
    this.#sequences = this.#sequences.filter((sequence) => !later.includes(sequence));
    return [...this.#sequences, ...later];
  }

  /** Whether it counts as a fault that a producer's numbers have no row. */
  needsRow(sequence: Sequence): boolean {
    const isEarly = this.#sequences?.includes(sequence) === true;
    if (isEarly) this.#withoutSequence += 1;
    return !isEarly;
  }
}
