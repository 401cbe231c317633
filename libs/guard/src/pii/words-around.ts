/** How far the words that say what a number is may stand from it. */
const AROUND_MAX_CHARS = 48;

/** The text before a place, on its line and the end of the line before it. */
export function textBefore(text: string, start: number): string {
  return text.slice(Math.max(0, start - AROUND_MAX_CHARS), start);
}

export function textAfter(text: string, end: number): string {
  return text.slice(end, end + AROUND_MAX_CHARS);
}
