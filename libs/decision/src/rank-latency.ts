import { type Candidate, compareCost, compareId } from "./candidate.ts";

/** The lowest learned time to the first byte; what has never been measured comes after, cheapest first. */
export function rankLatency(a: Candidate, b: Candidate): number {
  return compareLatency(a, b) || compareCost(a, b) || compareId(a, b);
}

function compareLatency(a: Candidate, b: Candidate): number {
  if (a.latencyMs === null || b.latencyMs === null) return Number(a.latencyMs === null) - Number(b.latencyMs === null);
  return a.latencyMs - b.latencyMs;
}
