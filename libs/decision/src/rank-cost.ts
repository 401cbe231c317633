import { type Candidate, compareCost, compareId, compareQuality } from "./candidate.ts";

/** The cheapest; the better of two that cost the same. */
export function rankCost(a: Candidate, b: Candidate): number {
  return compareCost(a, b) || compareQuality(a, b) || compareId(a, b);
}
