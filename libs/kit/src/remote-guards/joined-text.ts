/** Stands between two texts that are looked through as one; a sentence does not go on over it. */
const BETWEEN = "\n\n";

type PlaceInText = { readonly text: number; readonly start: number; readonly end: number };

/** Several texts as one, for services that take one at a time. */
export class JoinedText {
  readonly text: string;
  readonly #texts: readonly string[];
  readonly #starts: number[] = [];

  constructor(texts: readonly string[]) {
    this.#texts = texts;
    let length = 0;
    for (const each of texts) {
      this.#starts.push(length);
      length += each.length + BETWEEN.length;
    }
    this.text = texts.join(BETWEEN);
  }

  /** The parts of a place, in UTF-16 units of the whole, that lie in texts. */
  placesOf(start: number, end: number): PlaceInText[] {
    return this.#starts.flatMap((first, text) => {
      const from = Math.max(start - first, 0);
      const to = Math.min(end - first, this.#texts[text]?.length ?? 0);
      return from < to ? [{ text, start: from, end: to }] : [];
    });
  }
}

/**
 * The UTF-16 unit of each code point, and that after the last: what other languages count in, made what this one does.
 */
export function unitsOfCodePoints(text: string): readonly number[] {
  const units: number[] = [];
  for (let at = 0; at < text.length; at += (text.codePointAt(at) ?? 0) > 0xffff ? 2 : 1) units.push(at);
  units.push(text.length);
  return units;
}
