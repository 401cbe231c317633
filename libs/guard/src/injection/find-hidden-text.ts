import type { Finding } from "../finding.ts";

/**
 * Text that a model reads and a person does not see: characters of the Unicode block "Tags", direction overrides, and long
 * runs of zero-width characters. The tags that follow U+1F3F4 belong to a flag's emoji and are not meant.
 */
const HIDDEN =
  /(?<![\u{1F3F4}\u{E0020}-\u{E007E}])(?:\u{E0001}|[\u{E0020}-\u{E007E}]{2})[\u{E0020}-\u{E007F}]*|[\u202d\u202e]|[\u200b\u2060\ufeff]{6,}/gu;

/** Units of which a hidden text holds one: the high surrogate of every tag, and the other characters. */
const SIGNS = ["\udb40", "\u202d", "\u202e", "\u200b", "\u2060", "\ufeff"];

export function findHiddenText(text: string): Finding[] {
  const found: Finding[] = [];
  if (!SIGNS.some((sign) => text.includes(sign))) return found;
  for (const match of text.matchAll(HIDDEN)) {
    found.push({ type: "injection.hidden", start: match.index, end: match.index + match[0].length });
  }
  return found;
}
