/** How far from a number the words may stand that say what it is. */
const AROUND_MAX_CHARS = 48;

/** The last AROUND_MAX_CHARS units before a place, line ends included. */
export function textBefore(text: string, start: number): string {
  return text.slice(Math.max(0, start - AROUND_MAX_CHARS), start);
}

export function textAfter(text: string, end: number): string {
  return text.slice(end, end + AROUND_MAX_CHARS);
}
