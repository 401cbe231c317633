/** A string literal of a JSON text: its place, and its decoded value. */
export type JsonString = {
  /** Its place in the JSON text without the quotes, in UTF-16 units. */
  readonly from: number;
  readonly to: number;
  readonly value: string;
};

/** `data:` URLs of images, sounds and files: most of the bytes of a request with them, and no text. */
const DATA_URL = /^data:[\w.+-]{1,64}\/[\w.+-]{1,64}(?:;[\w=.+-]{1,64}){0,4};base64,/;

/** The same without the URL's head, as some vendors send it. No text and no key is that long without a space or a dot. */
const BASE64 = /^[A-Za-z0-9+/_-]{2048,}={0,2}$/;

/** The strings of `eachJsonString` as a list. */
export function jsonStrings(text: string): JsonString[] {
  return [...eachJsonString(text)];
}

/**
 * The strings of a well-formed JSON text in their order, names of members included, without data URLs and long base64. The
 * text is not parsed, so that strings can be replaced in it without touching large numbers, repeated members or spaces.
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
