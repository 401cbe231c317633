const WORD_MAX_CHARS = 64;

/** A text that says something; null for all else. */
export function upstreamText(value: unknown): string | null {
  return typeof value === "string" && value !== "" ? value : null;
}

/** A provider's code or type, as far as it is a word: it goes into headers, metrics and records. */
export function upstreamWord(value: unknown): string | null {
  if (typeof value === "number") return String(value);
  return typeof value === "string" && /^[\w.:/-]+$/.test(value) ? value.slice(0, WORD_MAX_CHARS) : null;
}
