import { asciiTable, isGreekOrCyrillic, isLatinExtended, isLetterOrDigit } from "../characters.ts";
import type { Finding } from "../finding.ts";
import { CUE_RULES } from "./cue-rules.ts";
import { CUE_WORDS, type CueClass } from "./cue-words.ts";

const WORD_MAX_CHARS = 16;
const ASCII_WORD = asciiTable(isLetterOrDigit);
const CLASSES = Object.keys(CUE_WORDS) as CueClass[];
/** Word → the classes that it is in, one bit each. */
const MASKS = maskWords();
/** A filter with 1 for the shapes of words in any class: most words of a text have none of these and need no lookup. */
const SHAPES = markShapes();

/** A rule with its classes as bits; `all` holds every class that it needs. */
type BitRule = {
  readonly type: Finding["type"];
  readonly first: number;
  readonly all: number;
  readonly next: readonly { readonly bit: number; readonly gapMax: number }[];
};
/** In the order of their first class. */
const RULES: readonly BitRule[] = CUE_RULES.map(({ type, first, next }): BitRule => {
  const steps = next.map(([name, gapMax]) => ({ bit: bitOf(name), gapMax }));
  const all = steps.reduce((mask, { bit }) => mask | bit, bitOf(first));
  return { type: `injection.${type}`, first: bitOf(first), all, next: steps };
}).toSorted((a, b) => a.first - b.first);

/** A word of a text that is in any class; `number` counts all words, for the distance between two. */
type CueWord = { readonly mask: number; readonly number: number; readonly start: number; readonly end: number };

/** Finds phrases that tell a model to drop its instructions, to reveal them, or to be something else. */
export function findCues(text: string): Finding[] {
  const words = cueWords(text);
  let there = 0;
  for (const { mask } of words) there |= mask;
  // Most texts lack a class of every rule, and are done here.
  const rules = RULES.filter(({ all }) => (there & all) === all);
  const found: Finding[] = [];
  if (rules.length === 0) return found;
  let free = 0;
  for (const [at, word] of words.entries()) {
    if (word.start < free) continue;
    for (const rule of rules) {
      if ((word.mask & rule.first) === 0) continue;
      const end = follow(words, at, rule);
      if (end === null) continue;
      found.push({ type: rule.type, start: word.start, end });
      free = end;
      break;
    }
  }
  return found;
}

/** The end of a rule's last word, where each of its words follows the one before closely enough; else null. */
function follow(words: readonly CueWord[], first: number, rule: BitRule): number | null {
  let at = first;
  for (const { bit, gapMax } of rule.next) {
    const last = words[at]!.number + 1 + gapMax;
    let next = at + 1;
    while (next < words.length && words[next]!.number <= last && (words[next]!.mask & bit) === 0) next += 1;
    if (next >= words.length || words[next]!.number > last) return null;
    at = next;
  }
  return words[at]!.end;
}

function cueWords(text: string): CueWord[] {
  const found: CueWord[] = [];
  let number = 0;
  let start = -1;
  for (let at = 0; at <= text.length; at += 1) {
    const code = at < text.length ? text.charCodeAt(at) : 0;
    if (code < 128 ? ASCII_WORD[code] === 1 : isLatinExtended(code) || isGreekOrCyrillic(code)) {
      if (start === -1) start = at;
      continue;
    }
    if (start === -1) continue;
    const known = at - start <= WORD_MAX_CHARS && SHAPES[shapeOf(text, start, at)] === 1;
    const mask = known ? MASKS.get(text.slice(start, at).toLowerCase()) : undefined;
    if (mask !== undefined) found.push({ mask, number, start, end: at });
    number += 1;
    start = -1;
  }
  return found;
}

function bitOf(name: CueClass): number {
  return 1 << CLASSES.indexOf(name);
}

function maskWords(): ReadonlyMap<string, number> {
  const masks = new Map<string, number>();
  for (const [bit, name] of CLASSES.entries()) {
    for (const word of CUE_WORDS[name]) masks.set(word, (masks.get(word) ?? 0) | (1 << bit));
  }
  return masks;
}

/** First unit, last unit and length, in five bits each; upper and lower case of a letter have the same. */
function shapeOf(text: string, start: number, end: number): number {
  return ((text.charCodeAt(start) & 31) << 10) | ((text.charCodeAt(end - 1) & 31) << 5) | (end - start);
}

function markShapes(): Uint8Array {
  const shapes = new Uint8Array(1 << 15);
  for (const word of MASKS.keys()) shapes[shapeOf(word, 0, word.length)] = 1;
  return shapes;
}
