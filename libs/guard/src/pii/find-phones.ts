import type { Finding } from "../finding.ts";
import { textAfter, textBefore } from "./words-around.ts";

/** Each digit has at most two separators before it, so that a match is tried at most once for each digit. */
const CANDIDATE =
  /(?<![\w#$€£]|\d[.,:/-]|[A-Z]-|<<)(?:\+\(?|\()?\d(?:[ .\-/()\u00a0\u2011]{0,2}\d){5,17}(?: ?(?:x|ext\.?|extension) ?\d{1,6})?(?!\w|[.,:/-]\d|%| ?[=*+^])/gi;

/** ITU-T E.164. */
const DIGITS_MAX = 15;
const INTERNATIONAL_MIN_DIGITS = 8;

const DATE = /^(?:\d{4}([-/.])\d{1,2}\1\d{1,2}|\d{1,2}([-/.])\d{1,2}\2(?:\d{2}|\d{4}))(?!\d|[-/.]\d)/;
const YEARS = /^(?:1[89]|20)\d\d ?[-/] ?(?:1[89]|20)\d\d$/;
/** No plan of numbers begins so, and the second is the form of social security numbers. */
const NO_NUMBER = /^(?:000|0123456|1234567|\d{3}-\d{2}-\d{4}$)|^\(\d+\.\d+\)|^\d+\/\d+$/;
const DECIMAL = /^\d+\.\d+$/;

const PHONE_WORD =
  /(?:\b(?:phone|tele(?:phone|fon)|tel|mobile|mob|cell(?:phone)?|fax|hotline|call|calls|calling|called|dial|ring|whatsapp|sms|text(?: me| us)?|reach(?: me| us| him| her| them)?|contact|messages? to|my registered|answering|handy|mobil|rufnummer|telefonnummer|teléfono|móvil|celular|telefono|cellulare|telefone|téléphone)|\b(?:office|desk|home|work|portable|signal) ?[:=]|(?:my|his|her|their|new) number(?: is|:)?)(?!\w)[^\d\n]{0,20}\n?[^\d\n]{0,20}$/i;
const PHONE_WORD_AFTER = /^[ \t]?-?\(?(?:office|fax|mobile|cell|phone|home|work|tel|desk)\b/i;
/** Words right before a number that say that it is something else. */
const OTHER_WORD =
  /\b(?:order|invoice|account|acct|card|serial|ref|reference|id|zip|passport|licen[cs]e|case|ticket|tracking|isbn|issn|version|port|sku|part|model|patent|rfc|issue|pr|page|line)\b[\s#:.=-]{0,3}(?:(?:number|no|num|nr|id|is)\b)?[\s#:.=-]{0,3}(?:is )?$/i;

/** Telephone numbers: those whose form says so, and any other grouping where the words around it do. */
export function findPhones(text: string): Finding[] {
  const found: Finding[] = [];
  for (const match of text.matchAll(CANDIDATE)) {
    // A bracket that is not closed within the number is the sentence's.
    const opened = match[0].startsWith("(") && !match[0].includes(")") ? 1 : 0;
    const candidate = match[0].slice(opened);
    const start = match.index + opened;
    const end = start + candidate.length;
    const form = formOf(candidate);
    if (form === "none" || OTHER_WORD.test(textBefore(text, start))) continue;
    if (form === "plain" || speaksOfPhones(text, start, end)) found.push({ type: "pii.phone", start, end });
  }
  return found;
}

/** plain: only telephone numbers are written so. possible: other numbers are, too. */
function formOf(candidate: string): "plain" | "possible" | "none" {
  const number = candidate.replace(/ ?(?:x|ext).*$/i, "");
  const groups = number.match(/\d+/g) ?? [];
  const digits = groups.join("");
  const count = digits.length;
  if (count > DIGITS_MAX || /^(\d)\1*$/.test(digits)) return "none";
  if (DATE.test(number) || YEARS.test(number) || DECIMAL.test(number) || NO_NUMBER.test(number)) return "none";
  // Digits one by one are a list.
  if (groups.length > 7 || groups.every((each) => each.length === 1)) return "none";
  if (number.startsWith("+")) return count >= INTERNATIONAL_MIN_DIGITS && !/^\+\(?0/.test(number) ? "plain" : "none";
  if (groups.length === 1) return "possible";
  if (number.startsWith("00") && count >= 10 && groups.length >= 3) return "plain";
  if (isNorthAmerican(number, groups)) return "plain";
  if (number.startsWith("(") && count >= 8) return "plain";
  if (number.startsWith("0") && count >= 9 && count <= 12 && groups[0]!.length >= 2) return "plain";
  return "possible";
}

/** Area, exchange and line, after a 1 perhaps. */
function isNorthAmerican(number: string, groups: readonly string[]): boolean {
  const [area = "", exchange, line] = groups.length === 4 && groups[0] === "1" ? groups.slice(1) : groups;
  if (groups.length > 4 || (groups.length === 4 && groups[0] !== "1")) return false;
  return (
    area.length === 3 && exchange?.length === 3 && line?.length === 4 && !/^[01]/.test(area) && /[-.)]/.test(number)
  );
}

function speaksOfPhones(text: string, start: number, end: number): boolean {
  return PHONE_WORD.test(textBefore(text, start)) || PHONE_WORD_AFTER.test(textAfter(text, end));
}
