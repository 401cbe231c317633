import { type Candidate, compareCost, compareId, compareQuality } from "./candidate.ts";

/** The cheapest that is good enough; after those, the best that is not. */
export function rankValue(a: Candidate, b: Candidate): number {
  if (a.goodEnough !== b.goodEnough) return a.goodEnough ? -1 : 1;
  if (a.goodEnough) return compareCost(a, b) || compareQuality(a, b) || compareId(a, b);
  return compareQuality(a, b) || compareCost(a, b) || compareId(a, b);
}
