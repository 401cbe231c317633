import { asciiTable, isEscapeLetter, isWordUnit } from "../characters.ts";
import type { Finding } from "../finding.ts";
import { BUSINESS_FORMATS } from "./formats/business.ts";
import { CLOUD_FORMATS } from "./formats/cloud.ts";
import { CODE_HOST_FORMATS } from "./formats/code-hosts.ts";
import { LANGUAGE_MODEL_FORMATS } from "./formats/language-models.ts";
import type { KeyFormat } from "./key-format.ts";
import { looksMadeUp } from "./looks-made-up.ts";

export const KEY_FORMATS: readonly KeyFormat[] = [
  ...CODE_HOST_FORMATS,
  ...CLOUD_FORMATS,
  ...LANGUAGE_MODEL_FORMATS,
  ...BUSINESS_FORMATS,
];

const ASCII = 128;
/** First two units → the formats that begin so, longer beginnings first. */
const BY_BEGINNING: readonly (readonly KeyFormat[] | undefined)[] = indexFormats();
const WORD = asciiTable(isWordUnit);

/** Finds credentials of published formats. Each word is looked at once, however many formats there are. */
export function findKeys(text: string): Finding[] {
  const found: Finding[] = [];
  let inside = false;
  for (let at = 0; at < text.length - 1; at += 1) {
    const code = text.charCodeAt(at);
    const wasInside = inside;
    inside = code < ASCII && WORD[code] === 1;
    if (!inside || (wasInside && !isEscapeLetter(text, at - 1))) continue;
    const next = text.charCodeAt(at + 1);
    const formats = next < ASCII ? BY_BEGINNING[code * ASCII + next] : undefined;
    const match = formats === undefined ? null : firstMatch(text, at, formats);
    if (match === null) continue;
    // A made-up value is skipped as well, so that no unit is read again from a later beginning.
    if (!match.madeUp) found.push({ type: `secret.${match.kind}`, start: at, end: match.end });
    at = match.end - 1;
    inside = false;
  }
  return found;
}

type Match = { readonly kind: string; readonly end: number; readonly madeUp: boolean };

function firstMatch(text: string, at: number, formats: readonly KeyFormat[]): Match | null {
  for (const { kind, anchor, rest } of formats) {
    if (!text.startsWith(anchor, at)) continue;
    rest.lastIndex = at + anchor.length;
    if (!rest.test(text)) continue;
    const end = rest.lastIndex;
    return { kind, end, madeUp: looksMadeUp(text.slice(at + anchor.length, end)) };
  }
  return null;
}

function indexFormats(): (readonly KeyFormat[] | undefined)[] {
  const index: KeyFormat[][] = Array.from({ length: ASCII * ASCII });
  for (const format of KEY_FORMATS.toSorted((a, b) => b.anchor.length - a.anchor.length)) {
    const at = format.anchor.charCodeAt(0) * ASCII + format.anchor.charCodeAt(1);
    (index[at] ??= []).push(format);
  }
  return index;
}
