import { isEscapeLetter, isLatinExtended, isLetterOrDigit } from "../characters.ts";
import type { Finding } from "../finding.ts";

/** RFC 5321, section 4.5.3.1. */
const LOCAL_MAX_CHARS = 64;
const DOMAIN_MAX_CHARS = 255;
const USERINFO_MAX_CHARS = 128;

/** Endings of file names that look like hosts, e.g. `icon@2x.png`. */
const FILE_ENDING = /\.(?:avif|bmp|cjs|css|gif|html?|ico|jpe?g|json|jsx?|mjs|pdf|png|svg|tsx?|txt|webp|ya?ml)$/i;
const TOP_LEVEL = /\.(?:[a-z\u00df-\u024f]{2,24}|xn--[a-z0-9-]{2,59})$/i;
/** Names before the @ that stand for a service and no person. */
const NOBODY = /^(?:git|hg|svn|root)$/i;

/** E-mail addresses in the form that people write: no comments, no quoted local parts, a host with a top-level domain. */
export function findEmails(text: string): Finding[] {
  const found: Finding[] = [];
  let at = text.indexOf("@");
  while (at !== -1) {
    const start = localStart(text, at);
    const end = domainEnd(text, at + 1);
    if (start < at && end > at + 1 && isAddress(text, { start, at, end })) {
      found.push({ type: "pii.email", start, end });
    }
    at = text.indexOf("@", at + 1);
  }
  return found;
}

function localStart(text: string, at: number): number {
  let start = at;
  const limit = Math.max(0, at - LOCAL_MAX_CHARS);
  while (start > limit && isLocalUnit(text.charCodeAt(start - 1))) start -= 1;
  while (start < at && isEdge(text.charCodeAt(start))) start += 1;
  return isEscapeLetter(text, start) ? start + 1 : start;
}

function domainEnd(text: string, from: number): number {
  let end = from;
  const limit = Math.min(text.length, from + DOMAIN_MAX_CHARS);
  while (end < limit && isDomainUnit(text.charCodeAt(end))) end += 1;
  while (end > from && isEdge(text.charCodeAt(end - 1))) end -= 1;
  return end;
}

function isAddress(text: string, { start, at, end }: { start: number; at: number; end: number }): boolean {
  if (text.charCodeAt(at - 1) === 46) return false;
  const local = text.slice(start, at);
  const domain = text.slice(at + 1, end);
  if (local.includes("..") || domain.includes("..") || domain.startsWith(".") || domain.startsWith("-")) return false;
  if (!TOP_LEVEL.test(domain) || FILE_ENDING.test(domain)) return false;
  return !NOBODY.test(local) && !isUserinfo(text, start);
}

/** In `https://name:word@host` the word before the @ belongs to no address. */
function isUserinfo(text: string, start: number): boolean {
  const before = text.charCodeAt(start - 1);
  if (before !== 58 && before !== 47) return false;
  return /:\/\/[^\s/@]*$/.test(text.slice(Math.max(0, start - USERINFO_MAX_CHARS), start));
}

function isLocalUnit(code: number): boolean {
  // . _ % + - '
  return (
    isLetterOrDigit(code) ||
    code === 46 ||
    code === 95 ||
    code === 37 ||
    code === 43 ||
    code === 45 ||
    code === 39 ||
    isLatinExtended(code)
  );
}

function isDomainUnit(code: number): boolean {
  return isLetterOrDigit(code) || code === 46 || code === 45 || isLatinExtended(code);
}

/** What may stand inside an address but not at its ends. */
function isEdge(code: number): boolean {
  return code === 46 || code === 45 || code === 39 || code === 37;
}
