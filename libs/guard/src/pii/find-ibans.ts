import { isLetterOrDigit } from "../characters.ts";
import type { Finding } from "../finding.ts";

/** Country → length of its account numbers, from the IBAN registry (ISO 13616). */
const LENGTHS: ReadonlyMap<string, number> = new Map(
  (
    "AD24 AE23 AL28 AT20 AZ28 BA20 BE16 BG22 BH22 BI27 BR29 BY28 CH21 CR22 CY28 CZ24 DE22 DJ27 DK18 DO28 EE20 EG29 " +
    "ES24 FI18 FK18 FO18 FR27 GB22 GE22 GI23 GL18 GR27 GT28 HN28 HR21 HU28 IE22 IL23 IQ23 IS26 IT27 JO30 KW30 KZ20 " +
    "LB28 LC32 LI21 LT20 LU20 LV21 LY25 MC27 MD24 ME22 MK19 MN20 MR27 MT31 MU30 NI28 NL18 NO15 OM23 PK24 PL28 PS29 " +
    "PT25 QA29 RO24 RS22 RU33 SA24 SC31 SD18 SE24 SI19 SK24 SM27 SO23 ST25 SV28 TL23 TN24 TR26 UA29 VA22 VG24 XK20 YE30"
  )
    .split(" ")
    .map((each) => [each.slice(0, 2), Number(each.slice(2))]),
);

const HEAD = /(?<![A-Za-z0-9])[A-Za-z]{2}\d{2}(?=[ -]?[A-Za-z0-9])/g;

/** International bank account numbers: the country's length and the check digits (ISO 7064, MOD 97-10) must hold. */
export function findIbans(text: string): Finding[] {
  const found: Finding[] = [];
  for (const match of text.matchAll(HEAD)) {
    const length = LENGTHS.get(match[0].slice(0, 2).toUpperCase());
    if (length === undefined) continue;
    const read = readUnits(text, match.index, length);
    if (read === null || isLetterOrDigit(text.charCodeAt(read.end))) continue;
    if (remainder97(read.units.slice(4) + read.units.slice(0, 4)) !== 1) continue;
    found.push({ type: "pii.iban", start: match.index, end: read.end });
  }
  return found;
}

/** So many letters and digits from `start` on, single spaces or hyphens between them left out. */
function readUnits(text: string, start: number, count: number): { units: string; end: number } | null {
  let units = "";
  let at = start;
  while (units.length < count) {
    const code = text.charCodeAt(at);
    if (isLetterOrDigit(code)) units += text[at];
    else if ((code !== 32 && code !== 45) || !isLetterOrDigit(text.charCodeAt(at + 1))) return null;
    at += 1;
  }
  return { units: units.toUpperCase(), end: at };
}

/** Of the number that the text is when A stands for 10, B for 11 and so on. */
function remainder97(text: string): number {
  let rest = 0;
  for (let at = 0; at < text.length; at += 1) {
    const code = text.charCodeAt(at);
    rest = code < 65 ? (rest * 10 + code - 48) % 97 : (rest * 100 + code - 55) % 97;
  }
  return rest;
}
