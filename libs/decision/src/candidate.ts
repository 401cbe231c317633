import type { Endpoint, RankedEndpoint } from "@signalbox/proto";
import type { Money } from "./estimate-cost.ts";

/** An endpoint that passed every filter, with all that strategies compare. */
export type Candidate = {
  readonly index: number;
  readonly endpoint: Endpoint;
  /** How directly the caller named it: 0 by `provider/model`, 1 by its model name, 2 by family or not at all. */
  readonly distance: 0 | 1 | 2;
  /** Where the policy's rules place it; 0 comes first, and all are equal when no rule prefers any. */
  readonly preference: number;
  readonly quality: number;
  readonly qualitySource: RankedEndpoint["qualitySource"];
  readonly goodEnough: boolean;
  /** Output tokens for each choice that the request's budgets leave room for; Infinity when it is charged to none. */
  readonly affordable: number;
  /** Of the budget that leaves the least room; empty when there is none. */
  readonly affordableRule: string;
  /** Of the whole request at its output bound; null when the endpoint is unpriced. */
  readonly cost: Money | null;
  readonly latencyMs: number | null;
  /** Its circuit was open and its cooldown has passed: it may be tried, but is not trusted yet. */
  readonly halfOpen: boolean;
};

/** Negative when `a` is preferred. Total: two different endpoints never compare equal. */
export type CompareCandidates = (a: Candidate, b: Candidate) => number;

export function compareText(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}

/** By endpoint id in code-unit order: what breaks every tie. */
export function compareId(a: Candidate, b: Candidate): number {
  return compareText(a.endpoint.id, b.endpoint.id);
}

/** Cheapest first; what has no known price comes last. */
export function compareCost(a: Candidate, b: Candidate): number {
  if (a.cost === null || b.cost === null) return Number(a.cost === null) - Number(b.cost === null);
  return a.cost < b.cost ? -1 : a.cost > b.cost ? 1 : 0;
}

/** Best first. */
export function compareQuality(a: Candidate, b: Candidate): number {
  return b.quality - a.quality;
}
