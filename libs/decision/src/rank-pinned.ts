import { type Candidate, compareCost, compareId } from "./candidate.ts";

/** The host that the caller named, then the model's other hosts, cheapest first. */
export function rankPinned(a: Candidate, b: Candidate): number {
  return a.distance - b.distance || compareCost(a, b) || compareId(a, b);
}
