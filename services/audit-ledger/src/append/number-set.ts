/** Both ends belong to it. */
export type NumberRange = { readonly first: number; readonly last: number };

/**
 * A set of whole numbers from 1, as its ranges in ascending order. Cheap while they are few, as those of a sequence
 * are.
 */
export class NumberSet {
  #ranges: NumberRange[];

  constructor(ranges: readonly NumberRange[] = []) {
    this.#ranges = [...ranges];
  }

  get ranges(): readonly NumberRange[] {
    return this.#ranges;
  }

  /** The largest number in it; 0 when it is empty. */
  get last(): number {
    return this.#ranges.at(-1)?.last ?? 0;
  }

  get hasHoles(): boolean {
    return this.#ranges.length > 1 || (this.#ranges[0]?.first ?? 1) > 1;
  }

  add({ first, last }: NumberRange): void {
    const end = this.#ranges.at(-1);
    if (end !== undefined && first === end.last + 1) {
      this.#ranges[this.#ranges.length - 1] = { first: end.first, last };
      return;
    }
    // Those that overlap the new range or touch it become one with it.
    const from = this.#ranges.findIndex((range) => range.last + 1 >= first);
    if (from === -1) {
      this.#ranges.push({ first, last });
      return;
    }
    let to = from;
    let merged = { first, last };
    for (let range = this.#ranges[to]; range !== undefined && range.first <= last + 1; range = this.#ranges[to]) {
      merged = { first: Math.min(merged.first, range.first), last: Math.max(merged.last, range.last) };
      to += 1;
    }
    this.#ranges.splice(from, to - from, merged);
  }

  /** The holes below a number, at most `max` of them. */
  missingBelow(below: number, max: number): NumberRange[] {
    const missing: NumberRange[] = [];
    let next = 1;
    for (const range of this.#ranges) {
      const last = Math.min(range.first, below) - 1;
      if (next <= last) missing.push({ first: next, last });
      next = range.last + 1;
      if (next >= below || missing.length === max) break;
    }
    return missing;
  }

  copy(): NumberSet {
    return new NumberSet(this.#ranges);
  }
}
