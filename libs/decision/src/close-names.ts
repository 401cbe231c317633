import { compareText } from "./candidate.ts";

/** Names that share less than this of their letter pairs (Dice's coefficient, in millionths) are not close. */
const CLOSE_MIN_MICRO = 400_000;
const SUGGESTIONS_MAX = 3;

/** The known names nearest to one that is none of them, nearest first. */
export function closestNames(name: string, known: readonly string[]): string[] {
  const wanted = new Set(letterPairs(name));
  return known
    .map((candidate) => ({ candidate, score: similarity(wanted, letterPairs(candidate)) }))
    .filter(({ score }) => score >= CLOSE_MIN_MICRO)
    .toSorted((a, b) => b.score - a.score || compareText(a.candidate, b.candidate))
    .slice(0, SUGGESTIONS_MAX)
    .map(({ candidate }) => candidate);
}

function similarity(wanted: ReadonlySet<string>, pairs: readonly string[]): number {
  const distinct = new Set(pairs);
  let shared = 0;
  for (const pair of distinct) if (wanted.has(pair)) shared += 1;
  const total = wanted.size + distinct.size;
  return total === 0 ? 0 : Math.floor((2_000_000 * shared) / total);
}

/** ASCII case alone is folded: the Unicode tables differ between versions of the runtime. */
function letterPairs(text: string): string[] {
  const folded = text.replaceAll(/[A-Z]/g, (letter) => String.fromCharCode(letter.charCodeAt(0) + 32));
  return Array.from({ length: Math.max(0, folded.length - 1) }, (_, at) => folded.slice(at, at + 2));
}
