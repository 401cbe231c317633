import type { Finding } from "../finding.ts";
import { textAfter, textBefore } from "./words-around.ts";

/** Digits in groups as they are printed on cards, or without groups. */
const CANDIDATE =
  /(?<![\w.,]|\d-)(?:\d{4}([ -])\d{4}\1\d{4}\1\d{4}(?:\1\d{3})?|\d{4}([ -])\d{6}\2\d{4,5}|\d{12,19})(?!\w|[.,-]\d)/g;

/** The ranges of the issuers (ISO/IEC 7812), each with its lengths. */
const ISSUERS: readonly (readonly [RegExp, readonly number[]])[] = [
  [/^4/, [13, 16, 19]],
  [/^(?:5[1-5]|2(?:22[1-9]|2[3-9]|[3-6]|7[01]|720))/, [16]],
  [/^3[47]/, [15]],
  [/^(?:6011|64[4-9]|65)/, [16, 17, 18, 19]],
  [/^35(?:2[89]|[3-8])/, [16, 17, 18, 19]],
  [/^(?:1800|2131)/, [15]],
  [/^(?:30[0-5]|3095|36|3[89])/, [14, 15, 16, 17, 18, 19]],
  [/^62/, [16, 17, 18, 19]],
  [/^220[0-4]/, [16, 17, 18, 19]],
  [/^(?:50|5[6-8]|6[0-9])/, [12, 13, 14, 15, 16, 17, 18, 19]],
];

/** A shorter number with a right check digit is more often something else, e.g. an article number. */
const ALONE_MIN_DIGITS = 15;
const CARD_WORD =
  /\b(?:card|cards|credit|debit|visa|master ?card|maestro|amex|american express|diners|discover|jcb|cc|pan|karte|kreditkarte|carte|tarjeta|carta|cartão)\b/i;

/** Payment card numbers: the check digit (ISO/IEC 7812-1, Luhn), and an issuer's range or a word that says so. */
export function findCards(text: string): Finding[] {
  const found: Finding[] = [];
  for (const match of text.matchAll(CANDIDATE)) {
    const start = match.index;
    const length = cardLength(match[0]);
    if (length === 0) continue;
    const end = start + length;
    const digits = digitsOf(match[0].slice(0, length));
    const plain = digits.length >= ALONE_MIN_DIGITS && isIssued(digits);
    if (plain || speaksOfCards(text, start, end)) found.push({ type: "pii.card", start, end });
  }
  return found;
}

/** How many characters of a candidate are a number with a right check digit; a three-digit security code may follow it. */
function cardLength(candidate: string): number {
  if (hasCheckDigit(digitsOf(candidate))) return candidate.length;
  return candidate.length === 23 && hasCheckDigit(digitsOf(candidate.slice(0, 19))) ? 19 : 0;
}

function isIssued(digits: string): boolean {
  return ISSUERS.some(([prefix, lengths]) => lengths.includes(digits.length) && prefix.test(digits));
}

function speaksOfCards(text: string, start: number, end: number): boolean {
  return CARD_WORD.test(textBefore(text, start)) || CARD_WORD.test(textAfter(text, end));
}

function digitsOf(candidate: string): string {
  return candidate.replaceAll(/[ -]/g, "");
}

function hasCheckDigit(digits: string): boolean {
  if (/^(\d)\1+$/.test(digits)) return false;
  let sum = 0;
  for (let at = digits.length - 1, double = false; at >= 0; at -= 1, double = !double) {
    const digit = digits.charCodeAt(at) - 48;
    const value = double ? digit * 2 : digit;
    sum += value > 9 ? value - 9 : value;
  }
  return sum % 10 === 0;
}
