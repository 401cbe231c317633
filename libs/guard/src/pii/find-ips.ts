import { isDigit } from "../characters.ts";
import type { Finding } from "../finding.ts";
import { textBefore } from "./words-around.ts";

const V4 = /(?<![\w.-])\d{1,3}\.\d{1,3}\.\d{1,3}\.\d{1,3}(?![\w-]|\.\d)/g;
const COLON = 58;
const V6_MAX_CHARS = 39;
const VERSION_WORD = /(?:\bv|version|release|build|firmware|driver|section|chapter|oid|clause|§)[\s:=#"']{0,3}$/i;

/** IP addresses that can belong to somebody: the unspecified, loopback and broadcast ones are of any machine. */
export function findIps(text: string): Finding[] {
  const found: Finding[] = [];
  for (const match of text.matchAll(V4)) {
    if (isV4(match[0]) && !VERSION_WORD.test(textBefore(text, match.index))) add(match, found);
  }
  for (let at = text.indexOf(":"); at !== -1;) {
    const place = groupsAround(text, at);
    if (
      place.end - place.start <= V6_MAX_CHARS &&
      standsAlone(text, place) &&
      isV6(text.slice(place.start, place.end))
    ) {
      found.push({ type: "pii.ip", ...place });
    }
    at = text.indexOf(":", place.end);
  }
  return found.toSorted((a, b) => a.start - b.start);
}

function add(match: RegExpExecArray, found: Finding[]): void {
  found.push({ type: "pii.ip", start: match.index, end: match.index + match[0].length });
}

function isV4(candidate: string): boolean {
  const octets = candidate.split(".");
  if (octets.some((each) => Number(each) > 255 || (each.length > 1 && each.startsWith("0")))) return false;
  return !/^(?:0\.|127\.|255\.)/.test(candidate);
}

type Place = { readonly start: number; readonly end: number };

/** The hexadecimal digits and colons around a colon. */
function groupsAround(text: string, colon: number): Place {
  let start = colon;
  let end = colon + 1;
  while (start > 0 && colon - start <= 4 && isHex(text.charCodeAt(start - 1))) start -= 1;
  while (end < text.length && (isHex(text.charCodeAt(end)) || text.charCodeAt(end) === COLON)) end += 1;
  // A colon at the end belongs to the sentence.
  if (end - colon > 2 && text.charCodeAt(end - 1) === COLON && text.charCodeAt(end - 2) !== COLON) end -= 1;
  return { start, end };
}

function standsAlone(text: string, { start, end }: Place): boolean {
  return (
    !/[\w.]/.test(text.charAt(start - 1)) && !/\w/.test(text.charAt(end)) && !/^\.\d/.test(text.slice(end, end + 2))
  );
}

function isHex(code: number): boolean {
  return isDigit(code) || (code >= 97 && code <= 102) || (code >= 65 && code <= 70);
}

function isV6(candidate: string): boolean {
  const gap = candidate.indexOf("::");
  const groups = candidate.split(":").filter((each) => each !== "");
  if (groups.some((each) => each.length > 4)) return false;
  if (groups.length < 2) return false;
  if (gap === -1) return groups.length === 8 && !candidate.startsWith(":") && !candidate.endsWith(":");
  if (candidate.includes("::", gap + 1) || groups.length > 7) return false;
  if (/^:[^:]|[^:]:$/.test(candidate)) return false;
  // `a::b` is a name in more texts than an address.
  return /\d/.test(candidate) && groups.some((each) => each.length >= 3);
}
