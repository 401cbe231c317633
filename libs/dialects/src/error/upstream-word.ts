const WORD_MAX_CHARS = 64;

/** A provider's code or type, as far as it is a word: it goes into headers, metrics and records. */
export function upstreamWord(value: unknown): string | null {
  if (typeof value === "number") return String(value);
  return typeof value === "string" && /^[\w.:/-]+$/.test(value) ? value.slice(0, WORD_MAX_CHARS) : null;
}

const PATH_MAX_CHARS = 128;

/** The field of the request that a provider names as the one at fault, as far as it is a path: what else stands there may be a caller's words. */
export function fieldPath(value: unknown): string | null {
  return typeof value === "string" && value.length <= PATH_MAX_CHARS && /^[\w.[\]-]+$/.test(value) ? value : null;
}
