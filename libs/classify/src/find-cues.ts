import type { CueGroup } from "./classifier-document.ts";
import type { CompiledDocument, Cue } from "./compile-document.ts";

/** By group: `points`, the weights of the phrases found, more near a text's edges; `hits`, how many different phrases. */
export type CueTally = { readonly points: Record<CueGroup, number>; readonly hits: Record<CueGroup, number> };

/** A phrase counts twice at the most: the tenth `function` of a listing says no more than the second. */
const REPEATS_MAX = 2;
/** Words at a text's beginning and end, where instructions stand; what is between may be material to work on. */
const EDGE_WORDS = 14;

export function emptyTally(): CueTally {
  return { points: zeros(), hits: zeros() };
}

/** Adds the phrases of one text. `factor` is 2 for the text that asks and 1 for what stands around it. */
export function findCues(
  { text, words }: { text: string; words: readonly string[] },
  { byFirstWord, inside }: CompiledDocument,
  { tally, factor }: { tally: CueTally; factor: 1 | 2 },
): void {
  const seen = new Map<Cue, number>();
  const add = (cue: Cue, atEdge: boolean): void => {
    const times = (seen.get(cue) ?? 0) + 1;
    if (times > REPEATS_MAX) return;
    seen.set(cue, times);
    tally.points[cue.group] += cue.weight * (factor === 2 && atEdge ? 3 : factor);
    if (times === 1) tally.hits[cue.group] += 1;
  };
  for (let at = 0; at < words.length; at += 1) {
    const cues = byFirstWord.get(words[at]!);
    if (cues === undefined) continue;
    const atEdge = at < EDGE_WORDS || at >= words.length - EDGE_WORDS;
    for (const cue of cues) if (followsAt(words, at, cue)) add(cue, atEdge);
  }
  if (hasWideScript(text)) for (const cue of inside) if (text.includes(cue.words.join(" "))) add(cue, true);
}

function followsAt(words: readonly string[], at: number, cue: Cue): boolean {
  for (let next = 1; next < cue.words.length; next += 1) if (words[at + next] !== cue.words[next]) return false;
  return true;
}

function hasWideScript(text: string): boolean {
  return /[\u2e80-\ud7ff]/.test(text);
}

function zeros(): Record<CueGroup, number> {
  return {
    code: 0,
    math: 0,
    reasoning: 0,
    extraction: 0,
    summarisation: 0,
    translation: 0,
    creative: 0,
    "reasoning-demand": 0,
    "hard-topic": 0,
    explanation: 0,
    constraint: 0,
    easy: 0,
  };
}
