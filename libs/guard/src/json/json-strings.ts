/** A string of a JSON text: between its quotes in the text, and what it says. */
export type JsonString = {
  /** UTF-16 units of the JSON text, the quotes left out. */
  readonly from: number;
  readonly to: number;
  readonly value: string;
};

/** `data:` URLs of images, sounds and files: letters without a meaning, and most of what a request with them weighs. */
const DATA_URL = /^data:[\w.+-]{1,64}\/[\w.+-]{1,64}(?:;[\w=.+-]{1,64}){0,4};base64,/;

/**
 * The same without a URL before it, as some vendors have it. No text and no key is that long without a space, a dot or
 * a line's end.
 */
const BASE64 = /^[A-Za-z0-9+/_-]{2048,}={0,2}$/;

/** All of `eachJsonString`. */
export function jsonStrings(text: string): JsonString[] {
  return [...eachJsonString(text)];
}

/**
 * The strings of a well-formed JSON text in its order, the names of members among them. Data URLs and long base64 are left
 * out. The text is read as it stands: numbers beyond a double, doubled members and spaces are not touched by what is done
 * with it.
 */
export function* eachJsonString(text: string): Generator<JsonString, void> {
  let open = text.indexOf('"');
  while (open !== -1) {
    const close = closingQuote(text, open + 1);
    if (close === -1) return;
    const from = open + 1;
    if (close > from && !isDataUrl(text, from, close)) {
      const value = valueOf(text, from, close);
      if (!BASE64.test(value)) yield { from, to: close, value };
    }
    open = text.indexOf('"', close + 1);
  }
}

function closingQuote(text: string, from: number): number {
  for (let at = text.indexOf('"', from); at !== -1; at = text.indexOf('"', at + 1)) {
    let backslashes = 0;
    while (at - 1 - backslashes >= from && text.charCodeAt(at - 1 - backslashes) === 92) backslashes += 1;
    if (backslashes % 2 === 0) return at;
  }
  return -1;
}

function isDataUrl(text: string, from: number, to: number): boolean {
  return text.startsWith("data:", from) && DATA_URL.test(text.slice(from, Math.min(to, from + 512)));
}

function valueOf(text: string, from: number, to: number): string {
  const raw = text.slice(from, to);
  if (!raw.includes("\\")) return raw;
  try {
    return JSON.parse(`"${raw}"`) as string;
  } catch {
    return raw;
  }
}
