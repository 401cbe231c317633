import { decodeUtf8 } from "./utf8.ts";

/** Where words end: the only white space that the format knows. */
const WORD = /[^ \t\n]+/g;
const HIGH_BYTE = /[\u0080-\u00ff]/g;
/** No text in UTF-8 has a lone surrogate in it. */
const FIRST_LONE_SURROGATE = 0xdc00;

/**
 * The text of a policy file for `parsePolicy`. C2SP tlog-policy lets names, URLs and comments be any octets, and has
 * names compared as such: a word that is not UTF-8 has a lone surrogate for each octet beyond ASCII, so that words are
 * one text where they are the same octets, and nowhere else.
 */
export function policyText(bytes: Uint8Array): string {
  const text = decodeUtf8(bytes);
  if (text !== null) return text;
  return Buffer.from(bytes)
    .toString("latin1")
    .replaceAll(WORD, (word) => decodeUtf8(Buffer.from(word, "latin1")) ?? opaque(word));
}

function opaque(word: string): string {
  return word.replaceAll(HIGH_BYTE, (byte) => String.fromCharCode(FIRST_LONE_SURROGATE + byte.charCodeAt(0)));
}
