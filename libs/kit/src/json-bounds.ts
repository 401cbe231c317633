const QUOTE = 34;
const COMMA = 44;
const COLON = 58;
const OPEN_LIST = 91;
const BACKSLASH = 92;
const CLOSE_LIST = 93;
const OPEN_OBJECT = 123;
const CLOSE_OBJECT = 125;

/** What a JSON text may be built of. */
export type JsonBounds = {
  /** How deep lists and objects may stand in each other. */
  readonly levelsMax: number;
  /** Lists, objects and members of objects together: each takes up to twenty times its text of memory. */
  readonly partsMax: number;
  /** Commas, of which there is one between any two values. */
  readonly commasMax: number;
};

/**
 * The first bound that a JSON text exceeds, counted by its brackets, colons and commas; null when it keeps all. It is
 * for texts that are too large to be parsed unseen. The text need not be JSON; what stands in strings does not count.
 */
export function exceededBound(text: Uint8Array, bounds: JsonBounds): "levels" | "parts" | "commas" | null {
  const { levelsMax, partsMax, commasMax } = bounds;
  let depth = 0;
  let parts = 0;
  let commas = 0;
  for (let at = 0; at < text.length; at += 1) {
    const byte = text[at];
    if (byte === QUOTE) {
      at = endOfString(text, at);
      if (at === -1) return null;
    } else if (byte === COMMA) {
      commas += 1;
      if (commas > commasMax) return "commas";
    } else if (byte === COLON || byte === OPEN_OBJECT || byte === OPEN_LIST) {
      if (byte !== COLON) depth += 1;
      parts += 1;
      if (depth > levelsMax) return "levels";
      if (parts > partsMax) return "parts";
    } else if (byte === CLOSE_OBJECT || byte === CLOSE_LIST) depth -= 1;
  }
  return null;
}

/** Where the quote stands that closes the string which one at `from` opens; -1 when none does. */
function endOfString(text: Uint8Array, from: number): number {
  let at = text.indexOf(QUOTE, from + 1);
  while (at !== -1 && isEscaped(text, at)) at = text.indexOf(QUOTE, at + 1);
  return at;
}

function isEscaped(text: Uint8Array, at: number): boolean {
  let before = at;
  while (text[before - 1] === BACKSLASH) before -= 1;
  return (at - before) % 2 === 1;
}
