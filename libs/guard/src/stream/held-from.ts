import { isDigit, isGreekOrCyrillic, isLatinExtended } from "../characters.ts";
import { PRIVATE_KEY_MAX_CHARS } from "../secrets/find-private-keys.ts";

/** The longest number with separators, together with words after it that may say what it is. */
const NUMBER_MAX_CHARS = 128;
/** The longest credential without a space or a quote inside. */
const RUN_MAX_CHARS = 12_288;
const KEY_BEGIN = "-----BEGIN ";

/**
 * From where on an unfinished text must be held back, because what follows may complete a finding: in its last word, in a
 * number that continues or that later words explain, in a private key without its end, and in the last `ownChars` units for
 * the configured words and patterns. Everything before can be judged.
 */
export function heldFrom(text: string, ownChars: number): number {
  let from = Math.min(text.length - ownChars, firstDigit(text));
  from = runStart(text, Math.max(0, from));
  // Brackets and the plus sign begin telephone numbers.
  while (from > 0 && (text.charCodeAt(from - 1) === 40 || text.charCodeAt(from - 1) === 43)) from -= 1;
  return Math.min(from, openKey(text));
}

function firstDigit(text: string): number {
  for (let at = Math.max(0, text.length - NUMBER_MAX_CHARS); at < text.length; at += 1) {
    if (isDigit(text.charCodeAt(at))) return at;
  }
  return text.length;
}

/** Where the run of units that could be one credential or address begins. */
function runStart(text: string, from: number): number {
  const limit = Math.max(0, from - RUN_MAX_CHARS);
  let start = from;
  while (start > limit && !isBreak(text.charCodeAt(start - 1))) start -= 1;
  return start;
}

/** Where a private key begins that has no end yet; the text's length where there is none. */
function openKey(text: string): number {
  const dashes = text.lastIndexOf("-----");
  if (dashes === -1 || text.length - dashes > PRIVATE_KEY_MAX_CHARS) return text.length;
  const begin = text.lastIndexOf(KEY_BEGIN);
  // The beginning may itself not be whole yet.
  if (begin === -1) return text.length - dashes <= KEY_BEGIN.length ? dashes : text.length;
  return text.indexOf("-----END", begin) === -1 || text.length - dashes < NUMBER_MAX_CHARS ? begin : text.length;
}

/** Units that are in no credential, address or number but between its groups. */
function isBreak(code: number): boolean {
  if (code > 127) return !isLatinExtended(code) && !isGreekOrCyrillic(code);
  return code <= 32 || ' "`,;<>(){}[]\\'.includes(String.fromCharCode(code));
}
