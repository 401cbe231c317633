/** Classes of UTF-16 units, for scans that look at each unit once. */

export function isDigit(code: number): boolean {
  return code >= 48 && code <= 57;
}

export function isLetterOrDigit(code: number): boolean {
  return isDigit(code) || (code >= 97 && code <= 122) || (code >= 65 && code <= 90);
}

export function isWordUnit(code: number): boolean {
  return isLetterOrDigit(code) || code === 95;
}

/** A letter of a Latin alphabet beyond ASCII. */
export function isLatinExtended(code: number): boolean {
  return code >= 0xc0 && code <= 0x24f && code !== 0xd7 && code !== 0xf7;
}

export function isGreekOrCyrillic(code: number): boolean {
  return code >= 0x370 && code <= 0x52f;
}

/**
 * Whether the unit at `at` is the letter of a `\n`, `\r` or `\t` that stands escaped in the text, as in JSON inside of
 * a string: it looks like the first letter of the word that follows, but is none.
 */
export function isEscapeLetter(text: string, at: number): boolean {
  if (at === 0 || text.charCodeAt(at - 1) !== 92) return false;
  const code = text.charCodeAt(at);
  return code === 110 || code === 114 || code === 116;
}

/** 1 for the ASCII units of a class: reading a table is what loops over every unit of a text can afford. */
export function asciiTable(isIn: (code: number) => boolean): Uint8Array {
  return Uint8Array.from({ length: 128 }, (_, code) => (isIn(code) ? 1 : 0));
}
