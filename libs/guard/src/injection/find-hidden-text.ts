import type { Finding } from "../finding.ts";

/**
 * Text that a reader does not see and a model does: letters of the Unicode block "Tags", overrides of the direction, and
 * long runs of units without width. A flag's emoji holds up to six tags after its first unit and is none.
 */
const HIDDEN =
  /(?<![\u{1F3F4}\u{E0020}-\u{E007E}])(?:\u{E0001}|[\u{E0020}-\u{E007E}]{2})[\u{E0020}-\u{E007F}]*|[\u202d\u202e]|[\u200b\u2060\ufeff]{6,}/gu;

/** The first half of every tag, and the units that are looked for whole. */
const SIGNS = ["\udb40", "\u202d", "\u202e", "\u200b", "\u2060", "\ufeff"];

export function findHiddenText(text: string): Finding[] {
  const found: Finding[] = [];
  if (!SIGNS.some((sign) => text.includes(sign))) return found;
  for (const match of text.matchAll(HIDDEN)) {
    found.push({ type: "injection.hidden", start: match.index, end: match.index + match[0].length });
  }
  return found;
}
