import { isLetterOrDigit } from "../characters.ts";
import type { Finding } from "../finding.ts";

/** The longest key that is found as a whole; RSA of 16,384 bits in base64 takes half of it. */
export const PRIVATE_KEY_MAX_CHARS = 32_768;

const NAME = "PRIVATE KEY";
const DASHES = "-----";
const BEGIN = /-----BEGIN [A-Z0-9 ]{0,40}$/;
const BEGIN_MAX_CHARS = 52;
/** PGP says `PRIVATE KEY BLOCK`. */
const HEAD_END = /PRIVATE KEY(?: BLOCK)?-----/y;
const FOOT = /-----END [A-Z0-9 ]{0,40}PRIVATE KEY(?: BLOCK)?-----/y;
/** An Ed25519 key has more base64 than this; less is a text that mentions keys. */
const BODY_MIN_CHARS = 40;
const BODY_MIN_DISTINCT = 16;

/** Private keys in PEM and PGP armour, with their body. A key that is cut off before its end is found as far as it goes. */
export function findPrivateKeys(text: string): Finding[] {
  const found: Finding[] = [];
  let at = text.indexOf(NAME);
  while (at !== -1) {
    let next = at + NAME.length;
    const head = headAt(text, at);
    if (head !== null) {
      const end = endOf(text, head.end);
      next = Math.max(next, end - DASHES.length);
      if (hasBody(text.slice(head.end, end))) found.push({ type: "secret.private-key", start: head.start, end });
    }
    at = text.indexOf(NAME, next);
  }
  return found;
}

function headAt(text: string, at: number): { start: number; end: number } | null {
  const from = Math.max(0, at - BEGIN_MAX_CHARS);
  const begin = BEGIN.exec(text.slice(from, at));
  HEAD_END.lastIndex = at;
  if (begin === null || !HEAD_END.test(text)) return null;
  return { start: from + begin.index, end: HEAD_END.lastIndex };
}

/** Where a key ends: at its foot, if the next dashes are one; else where its body stops looking like a key's. */
function endOf(text: string, from: number): number {
  const dashes = text.indexOf(DASHES, from);
  const limit = Math.min(dashes === -1 ? text.length : dashes, from + PRIVATE_KEY_MAX_CHARS);
  FOOT.lastIndex = dashes === limit ? dashes : text.length;
  if (FOOT.test(text)) return FOOT.lastIndex;
  let end = from;
  while (end < limit && isBodyUnit(text.charCodeAt(end))) end += 1;
  return end;
}

function isBodyUnit(code: number): boolean {
  // Base 64, line ends (escaped ones too), and the quotes and signs that join lines in source code.
  return isLetterOrDigit(code) || " \n\r\t+/=\\\"'".includes(String.fromCharCode(code));
}

function hasBody(body: string): boolean {
  const key = body.replaceAll(/-----END.*|\\[nr]|[^A-Za-z0-9+/=]/g, "");
  return key.length >= BODY_MIN_CHARS && new Set(key).size >= BODY_MIN_DISTINCT;
}
