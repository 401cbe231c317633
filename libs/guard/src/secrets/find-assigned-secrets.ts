import { isWordUnit } from "../characters.ts";
import type { Finding } from "../finding.ts";
import { entropyOf } from "./entropy.ts";
import { looksMadeUp } from "./looks-made-up.ts";

const NAME_MAX_CHARS = 48;
const VALUE_MAX_CHARS = 256;

/** Names of variables, fields and headers whose value is a credential. */
const KEY_NAME =
  /(?:api_?key|secret|access_?key|auth_?token|access_?token|refresh_?token|bearer|token|private_?key|signing_?key|encryption_?key|credential|apikey|authorization)$/;
/** The last three letters of every such name; all other names, most of a program's, are skipped at once. */
const NAME_ENDINGS = new Set(["key", "ret", "ken", "rer", "ial", "ion", "ord", "swd", "ase", "pwd"]);
const PASSWORD_NAME = /(?:password|passwd|passphrase|pwd)$/;
/** Names of values that are public although they end like a secret's. */
const PUBLIC_NAME =
  /(?:public|publishable|cancel|csrf|xsrf|page|next|sync|continuation|abort|design|syntax|idempotency|cache|eos|bos|pad|mask|unk|max)_?(?:token|key|secret)$/;

/** After the sign: an optional quote, an optional `Bearer` or the like, then the value. */
const VALUE = /[ \t]{0,4}(\\?["'`])?(?:(?:Bearer|Basic|Token|token)[ \t])?([^\s"'`,;<>(){}[\]\\]{6,257})/y;
const KEY_VALUE = /^[A-Za-z0-9_+/=.~-]+$/;
const UUID = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/i;
const KEY_MIN_CHARS = 20;
/** Words and identifiers have less; random letters and digits of that length hardly ever do. */
const KEY_MIN_BITS = 3.7;
/** Sixteen digits can have no more than four bits. */
const HEX_MIN_BITS = 3;

/** Paths, URLs, and values that speak of passwords. */
const NO_PASSWORD = /^\/|^[a-z]+:\/\/|passw|secret|pwd/i;

/** A sentence that states a password or a key. */
const SENTENCE =
  /\b(?:password|passphrase|passcode|pwd|api key|secret key|access key|access token|secret|token) (?:is|was|to be)[ :]{1,2}["'`]?([^\s"'`,;()[\]{}]{8,256})/gi;

/**
 * Secrets that are recognised by the name before them: random values of variables called a key, a token or a secret, and
 * passwords that are no plain word.
 */
export function findAssignedSecrets(text: string): Finding[] {
  const found: Finding[] = [];
  for (let at = 0; at < text.length; at += 1) {
    const code = text.charCodeAt(at);
    // = or :
    if (code !== 61 && code !== 58) continue;
    const name = nameBefore(text, at);
    const what = name === "" ? null : kindOfName(name);
    if (what === null) continue;
    const value = valueAfter(text, at + 1);
    if (value === null || !isSecret(value, what)) continue;
    found.push({ type: `secret.${what}`, start: value.start, end: value.start + value.text.length });
    at = value.start + value.text.length - 1;
  }
  for (const match of text.matchAll(SENTENCE)) {
    const value = (match[1] ?? "").replace(/[.?)]+$/, "");
    const start = match.index + match[0].length - (match[1] ?? "").length;
    if (isMixed(value) && !looksMadeUp(value) && !found.some((each) => each.start <= start && start < each.end)) {
      found.push({ type: "secret.password", start, end: start + value.length });
    }
  }
  return found.toSorted((a, b) => a.start - b.start);
}

type Value = { readonly text: string; readonly start: number; readonly quoted: boolean };

/** The identifier before a sign, in lower case with single underscores; empty where there is none. */
function nameBefore(text: string, sign: number): string {
  let end = sign;
  while (end > 0 && sign - end < 4 && isFiller(text.charCodeAt(end - 1))) end -= 1;
  if (!NAME_ENDINGS.has(text.slice(Math.max(0, end - 3), end).toLowerCase())) return "";
  let start = end;
  while (start > 0 && end - start < NAME_MAX_CHARS && isNameUnit(text.charCodeAt(start - 1))) start -= 1;
  return end - start < 3
    ? ""
    : text
        .slice(start, end)
        .replaceAll(/([a-z])([A-Z])/g, "$1_$2")
        .replaceAll("-", "_")
        .toLowerCase();
}

/** Quotes, a backslash before them, spaces, and the first sign of `:=`. */
function isFiller(code: number): boolean {
  return code === 34 || code === 39 || code === 92 || code === 32 || code === 58 || code === 96;
}

function isNameUnit(code: number): boolean {
  return isWordUnit(code) || code === 45;
}

function kindOfName(name: string): "assigned" | "password" | null {
  if (PASSWORD_NAME.test(name)) return "password";
  return KEY_NAME.test(name) && !PUBLIC_NAME.test(name) ? "assigned" : null;
}

function valueAfter(text: string, from: number): Value | null {
  let at = from;
  // `==`, `=>` and `:=` assign as `=` does; `===` compares.
  if (text.startsWith("==", at)) return null;
  if (text.charCodeAt(at) === 61 || text.charCodeAt(at) === 62) at += 1;
  VALUE.lastIndex = at;
  const match = VALUE.exec(text);
  if (match === null) return null;
  const [, quote, value = ""] = match;
  const quoted = quote !== undefined && text.startsWith(quote, VALUE.lastIndex);
  if ((quote !== undefined && !quoted) || value.length > VALUE_MAX_CHARS) return null;
  return { text: value, start: VALUE.lastIndex - value.length, quoted };
}

function isSecret({ text, quoted }: Value, what: "assigned" | "password"): boolean {
  if (looksMadeUp(text) || /^[$%@]|^process\.|^env\.|^os\./.test(text)) return false;
  if (what === "password") return text.length >= 8 && isMixed(text) && (quoted || !/[.:/]/.test(text));
  if (text.length < KEY_MIN_CHARS || !KEY_VALUE.test(text) || UUID.test(text)) return false;
  if (/^[0-9a-f]+$/i.test(text)) return text.length >= 32 && entropyOf(text) >= HEX_MIN_BITS;
  return isRandom(text) && entropyOf(text) >= KEY_MIN_BITS;
}

/** Letters and digits mixed as they are not in words and identifiers. */
function isRandom(text: string): boolean {
  const changes = text.match(/\d[A-Za-z]|[A-Za-z]\d/g)?.length ?? 0;
  return changes >= 3 && /[A-Za-z]{2}/.test(text) && !/^[a-z]+(?:[._/-][a-z0-9]+){3,}$/i.test(text);
}

/** At least two of: digits, capital letters, other signs. */
function isMixed(text: string): boolean {
  const kinds = [/\d/, /[A-Z]/, /[^A-Za-z0-9]/].filter((each) => each.test(text)).length;
  return kinds >= 2 && /[a-z]/i.test(text) && !NO_PASSWORD.test(text);
}
