import type { Finding } from "../finding.ts";
import { textBefore } from "./words-around.ts";

const HYPHENED = /(?<![\w-]|\d[.,/])(\d{3})-(\d{2})-(\d{4})(?![\w-]|[.,/]\d)/g;
/** Without hyphens nine digits are anything, so a word must say what they are. */
const BARE = /(?<![\w.,-])(\d{3}) ?(\d{2}) ?(\d{4})(?![\w-]|[.,]\d)/g;
const SSN_WORD = /\b(?:ssn|social[ -]security|itin|taxpayer)\b\D{0,30}$/i;

/** United States social security numbers, by the ranges that the Social Security Administration gives out. */
export function findSsns(text: string): Finding[] {
  const found: Finding[] = [];
  for (const match of text.matchAll(HYPHENED)) add(match, found);
  for (const match of text.matchAll(BARE)) {
    if (SSN_WORD.test(textBefore(text, match.index))) add(match, found);
  }
  return found.toSorted((a, b) => a.start - b.start);
}

function add(match: RegExpExecArray, found: Finding[]): void {
  const [whole, area = "", group = "", serial = ""] = match;
  // Areas from 900 on are taxpayer numbers, whose groups are 50 and up.
  const isTaxpayer = area >= "900" && group >= "50";
  if (area === "000" || area === "666" || (area >= "900" && !isTaxpayer)) return;
  if (group === "00" || serial === "0000") return;
  found.push({ type: "pii.ssn", start: match.index, end: match.index + whole.length });
}
