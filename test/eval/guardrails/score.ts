import type { Example, Span } from "./example.ts";

/** Right, wrong and missed; of the right ones those with the very same beginning and end. */
export type Score = { tp: number; fp: number; fn: number; exact: number };

export function emptyScore(): Score {
  return { tp: 0, fp: 0, fn: 0, exact: 0 };
}

/** A finding is right when it is of the type and covers as much as half of what it and the label cover together. */
const OVERLAP_MIN = 0.5;

/** Type → score over examples. `typeOf` may join types, e.g. all kinds of secrets. */
export function scoreSpans(
  examples: readonly Example[],
  find: (text: string) => readonly Span[],
  typeOf: (type: string) => string = (type) => type,
): Map<string, Score> {
  const scores = new Map<string, Score>();
  const scoreOf = (type: string): Score => {
    const known = scores.get(type) ?? emptyScore();
    scores.set(type, known);
    return known;
  };
  for (const { text, spans } of examples) {
    const left = new Set(find(text));
    for (const label of spans) {
      const score = scoreOf(typeOf(label.type));
      const hit = [...left].find(
        (each) => typeOf(each.type) === typeOf(label.type) && overlap(each, label) >= OVERLAP_MIN,
      );
      if (hit === undefined) score.fn += 1;
      else {
        left.delete(hit);
        score.tp += 1;
        if (hit.start === label.start && hit.end === label.end) score.exact += 1;
      }
    }
    for (const wrong of left) scoreOf(typeOf(wrong.type)).fp += 1;
  }
  return scores;
}

export function precision({ tp, fp }: Score): number {
  return tp + fp === 0 ? Number.NaN : tp / (tp + fp);
}

export function recall({ tp, fn }: Score): number {
  return tp + fn === 0 ? Number.NaN : tp / (tp + fn);
}

export function f1({ tp, fp, fn }: Score): number {
  return tp + fp + fn === 0 ? Number.NaN : (2 * tp) / (2 * tp + fp + fn);
}

function overlap(a: Span, b: Span): number {
  const shared = Math.min(a.end, b.end) - Math.max(a.start, b.start);
  return Math.max(0, shared) / (Math.max(a.end, b.end) - Math.min(a.start, b.start));
}
