import { type Candidate, compareCost, compareId, compareQuality } from "./candidate.ts";

/** The best for the task; the cheapest of equals. */
export function rankQuality(a: Candidate, b: Candidate): number {
  return compareQuality(a, b) || compareCost(a, b) || compareId(a, b);
}
