import type { Strategy } from "@signalbox/proto";
import type { Candidate, CompareCandidates } from "./candidate.ts";
import { rankCost } from "./rank-cost.ts";
import { rankLatency } from "./rank-latency.ts";
import { rankPinned } from "./rank-pinned.ts";
import { rankQuality } from "./rank-quality.ts";
import { rankValue } from "./rank-value.ts";

const RANKINGS: Record<Strategy, CompareCandidates> = {
  value: rankValue,
  cost: rankCost,
  latency: rankLatency,
  quality: rankQuality,
  pinned: rankPinned,
};

/**
 * The strategy's order within what the policy prefers, with half-open endpoints after all others unless this request
 * probes them.
 */
export function rankingOf(
  strategy: Strategy,
  { probe, preferred }: { probe: boolean; preferred: boolean },
): CompareCandidates {
  const plain = RANKINGS[strategy];
  const compare: CompareCandidates = preferred ? (a, b) => a.preference - b.preference || plain(a, b) : plain;
  if (probe) return compare;
  return (a, b) => Number(a.halfOpen) - Number(b.halfOpen) || compare(a, b);
}

/** The best `count` in order, in one pass: a decision names a few of many. */
export function best(candidates: readonly Candidate[], compare: CompareCandidates, count: number): Candidate[] {
  const top: Candidate[] = [];
  for (const candidate of candidates) {
    const last = top[count - 1];
    if (last !== undefined && compare(candidate, last) > 0) continue;
    top.splice(placeOf(candidate, top, compare), 0, candidate);
    if (top.length > count) top.pop();
  }
  return top;
}

function placeOf(candidate: Candidate, top: readonly Candidate[], compare: CompareCandidates): number {
  let from = 0;
  let to = top.length;
  while (from < to) {
    const middle = (from + to) >> 1;
    const other = top[middle];
    if (other !== undefined && compare(candidate, other) > 0) from = middle + 1;
    else to = middle;
  }
  return from;
}
