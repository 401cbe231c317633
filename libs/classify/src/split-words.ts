/**
 * The words of a text that is already in lower case, at most `max`: letters and digits of any script, with the signs
 * that belong to names such as c++, c#, np-hard and i'm. Without Unicode tables, so that it is the same everywhere.
 */
export function splitWords(text: string, max: number): string[] {
  const words: string[] = [];
  let from = -1;
  for (let at = 0; at <= text.length && words.length < max; at += 1) {
    const unit = text.charCodeAt(at);
    if (isWordUnit(unit) || (from >= 0 && joins(text, at, unit))) {
      if (from < 0) from = at;
    } else if (from >= 0) {
      words.push(text.slice(from, at));
      from = -1;
    }
  }
  return words;
}

function isWordUnit(unit: number): boolean {
  if (unit < 0x80) return (unit >= 0x61 && unit <= 0x7a) || (unit >= 0x30 && unit <= 0x39);
  // Latin-1 signs, general punctuation, and the punctuation of East Asian scripts are no letters.
  return (
    unit >= 0xc0 && !(unit >= 0x2000 && unit <= 0x2bff) && !(unit >= 0x3000 && unit <= 0x3004) && !isWideSign(unit)
  );
}

function isWideSign(unit: number): boolean {
  return (unit >= 0x3008 && unit <= 0x301f) || (unit >= 0xff00 && unit <= 0xff0f) || (unit >= 0xff1a && unit <= 0xff20);
}

/** An apostrophe or hyphen inside a word, and the plus and number signs that end some names. */
function joins(text: string, at: number, unit: number): boolean {
  if (unit === 0x27 || unit === 0x2d || unit === 0x2019) return isWordUnit(text.charCodeAt(at + 1));
  return (unit === 0x2b || unit === 0x23) && text.charCodeAt(at - 1) !== 0x2d;
}
