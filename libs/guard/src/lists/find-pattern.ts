import type { GuardDetection } from "@signalbox/proto";
import { RE2JS } from "re2js";
import type { Detector, Finding, FindingType } from "../finding.ts";

type Pattern = GuardDetection["patterns"][number];

/** The size of a compiled program; nested repetitions can make a huge one of a short expression. */
const PROGRAM_MAX_STEPS = 2_000;
/** Matches of one pattern in one text; the next match makes one finding of the rest of the text, so that nothing is missed. */
const PATTERN_MATCHES_MAX = 256;

type CompiledPattern =
  | { readonly ok: true; readonly detect: Detector }
  | { readonly ok: false; readonly reason: string };

/**
 * Makes a detector of an expression. RE2 (Russ Cox, "Regular Expression Matching in the Wild", 2010) follows all
 * alternatives at once, so no expression takes more than linear time; syntax that RE2 does not have is refused.
 */
export function compilePattern({ name, expression, maxChars }: Pattern): CompiledPattern {
  let program: RE2JS;
  try {
    program = RE2JS.compile(expression);
  } catch (error) {
    return { ok: false, reason: error instanceof Error ? error.message : "not a regular expression" };
  }
  if (program.programSize() > PROGRAM_MAX_STEPS) return { ok: false, reason: "its repetitions make it too large" };
  if (program.matches("")) return { ok: false, reason: "it matches an empty text" };
  const type = `pattern.${name}` as const;
  return { ok: true, detect: (text) => matchesOf(text, program, { type, maxChars }) };
}

/**
 * Searches the text window by window, because a search for each of many matches may otherwise run to the text's end. A
 * window has one more unit before and after what a match in it may cover, for word boundaries.
 */
function matchesOf(
  text: string,
  program: RE2JS,
  { type, maxChars }: { type: FindingType; maxChars: number },
): Finding[] {
  // The lazy automaton tells whether there is a match far faster than the matcher tells where.
  if (!program.test(text)) return [];
  const found: Finding[] = [];
  let from = 0;
  while (from < text.length) {
    const before = Math.min(from, 1);
    const window = text.slice(from - before, from + 2 * maxChars + 1);
    const place = firstIn(window, program, { before, maxChars });
    if (place === null) {
      from += maxChars;
      continue;
    }
    const start = from - before + place.start;
    if (found.length === PATTERN_MATCHES_MAX) return [...found, { type, start, end: text.length }];
    found.push({ type, start, end: from - before + place.end });
    from += place.end - before;
  }
  return found;
}

/** The first match that begins in the first half of the window and is not too long. */
function firstIn(
  window: string,
  program: RE2JS,
  { before, maxChars }: { before: number; maxChars: number },
): { start: number; end: number } | null {
  const matcher = program.matcher(window);
  let found = matcher.find();
  // A match at the unit before the window, or one that is too long, is passed over.
  for (let tries = 0; found && tries < 8; tries += 1) {
    const start = matcher.start();
    const end = matcher.end();
    if (start >= before + maxChars) return null;
    if (start >= before && end > start && end - start <= maxChars) return { start, end };
    found = matcher.find();
  }
  return null;
}
