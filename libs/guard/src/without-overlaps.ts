import type { Finding } from "./finding.ts";

/** Merges lists of findings, of which earlier lists rank higher: where two overlap, the higher one stays. In the order of the text. */
export function withoutOverlaps(ranked: readonly (readonly Finding[])[]): Finding[] {
  const all = ranked.flatMap((findings, rank) => findings.map((finding) => ({ finding, rank })));
  if (all.length < 2) return all.map(({ finding }) => finding);
  all.sort((a, b) => a.finding.start - b.finding.start || a.rank - b.rank);
  const kept: { finding: Finding; rank: number }[] = [];
  for (const each of all) {
    // What is kept does not overlap, so only the last of it can reach this far.
    const last = kept.at(-1);
    if (last === undefined || last.finding.end <= each.finding.start) kept.push(each);
    else if (last.rank > each.rank) kept.splice(-1, 1, each);
  }
  return kept.map(({ finding }) => finding);
}
