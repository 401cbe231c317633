/** Draws that are the same on every run: Park and Miller's generator. */
export class Seeded {
  #state: number;

  constructor(seed: number) {
    this.#state = (seed * 2_654_435 + 1) % 2_147_483_647;
    for (let at = 0; at < 8; at += 1) this.below(2);
  }

  /** An integer from 0 up to and without `bound`. */
  below(bound: number): number {
    this.#state = (this.#state * 48_271) % 2_147_483_647;
    return Math.floor((this.#state / 2_147_483_647) * bound);
  }

  between(least: number, most: number): number {
    return least + this.below(most - least + 1);
  }

  pick<T>(values: readonly T[]): T {
    return values[this.below(values.length)]!;
  }

  /** So many units of an alphabet. */
  text(alphabet: string, length: number): string {
    let text = "";
    for (let at = 0; at < length; at += 1) text += alphabet[this.below(alphabet.length)];
    return text;
  }

  digits(length: number): string {
    return this.text("0123456789", length);
  }
}
