/** Bytes of a string in UTF-8; a lone surrogate is written as U+FFFD, in three. */
export function byteLengthOf(text: string): number {
  return Buffer.byteLength(text, "utf8");
}

/** The longest start of `text` that fits into `maxBytes` of UTF-8, cut between code points. */
export function headWithin(text: string, maxBytes: number): string {
  let bytes = 0;
  let end = 0;
  for (let code = text.codePointAt(0); code !== undefined; code = text.codePointAt(end)) {
    bytes += bytesOf(code);
    if (bytes > maxBytes) break;
    end += code > 0xffff ? 2 : 1;
  }
  return text.slice(0, end);
}

/** The longest end of `text` that fits into `maxBytes` of UTF-8, cut between code points. */
export function tailWithin(text: string, maxBytes: number): string {
  let bytes = 0;
  let start = text.length;
  while (start > 0) {
    const isPair = start > 1 && text.codePointAt(start - 2)! > 0xffff;
    const at = start - (isPair ? 2 : 1);
    bytes += bytesOf(text.codePointAt(at)!);
    if (bytes > maxBytes) break;
    start = at;
  }
  return text.slice(start);
}

function bytesOf(code: number): number {
  if (code < 0x80) return 1;
  if (code < 0x800) return 2;
  return code < 0x10000 ? 3 : 4;
}
