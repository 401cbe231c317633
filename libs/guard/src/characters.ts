/** Classes of UTF-16 code units, for scans that look at each unit once. */

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
 * Whether the unit at `at` is the letter of an escaped `\n`, `\r` or `\t`, as in JSON within a string. It looks like the
 * first letter of the word that follows, but does not belong to it.
 */
export function isEscapeLetter(text: string, at: number): boolean {
  if (at === 0 || text.charCodeAt(at - 1) !== 92) return false;
  const code = text.charCodeAt(at);
  return code === 110 || code === 114 || code === 116;
}

/** A table with 1 for the ASCII units of a class, cheap enough to be read for every unit of a text. */
export function asciiTable(isIn: (code: number) => boolean): Uint8Array {
  return Uint8Array.from({ length: 128 }, (_, code) => (isIn(code) ? 1 : 0));
}
