const QUOTE = 34;
const OPEN_LIST = 91;
const BACKSLASH = 92;
const CLOSE_LIST = 93;
const OPEN_OBJECT = 123;
const CLOSE_OBJECT = 125;

/** Whether lists and objects stand deeper in each other than this. The text need not be JSON; what stands in strings does not count. */
export function nestsDeeper(text: Uint8Array, levels: number): boolean {
  let depth = 0;
  for (let at = 0; at < text.length; at += 1) {
    const byte = text[at];
    if (byte === QUOTE) {
      at = endOfString(text, at);
      if (at === -1) return false;
    } else if (byte === OPEN_OBJECT || byte === OPEN_LIST) {
      depth += 1;
      if (depth > levels) return true;
    } else if (byte === CLOSE_OBJECT || byte === CLOSE_LIST) depth -= 1;
  }
  return false;
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
