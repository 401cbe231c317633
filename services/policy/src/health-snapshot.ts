import type { EndpointHealth, HealthSnapshot } from "@signalbox/proto";
import type { Circuit } from "./circuit-breaker.ts";

export const NOTHING_KNOWN: HealthSnapshot = { schema: "signalbox.health.v1", endpoints: [] };

/** Figures within these tolerances of the published ones are not changed, because each snapshot is kept for ever. */
const LATENCY_TOLERANCE_SHARE = 5;
const ERROR_SHARE_TOLERANCE_MICRO = 100_000;
const US_PER_MS = 1_000;

/** The circuits as a snapshot that follows `previous`: figures that moved little stay, opening and closing always shows. */
export function snapshotOf(circuits: ReadonlyMap<string, Circuit>, previous: HealthSnapshot): HealthSnapshot {
  const published = new Map(previous.endpoints.map((entry) => [entry.endpoint, entry]));
  return {
    schema: "signalbox.health.v1",
    endpoints: [...circuits]
      .toSorted(([a], [b]) => (a < b ? -1 : 1))
      .map(([endpoint, circuit]) => healthOf(endpoint, circuit, published.get(endpoint))),
  };
}

/**
 * Whether only figures differ, which move with every answer and can wait. An endpoint that opens, closes or is known for the
 * first time cannot.
 */
export function isDrift(before: HealthSnapshot, after: HealthSnapshot): boolean {
  const known = new Map(before.endpoints.map((entry) => [entry.endpoint, entry]));
  return after.endpoints.every((entry) => {
    const was = known.get(entry.endpoint);
    if (was === undefined || (was.latencyMs === null && entry.latencyMs !== null)) return false;
    return was.openUntilMs === entry.openUntilMs && was.unusable === entry.unusable;
  });
}

function healthOf(endpoint: string, circuit: Circuit, published: EndpointHealth | undefined): EndpointHealth {
  return {
    endpoint,
    openUntilMs: circuit.openUntilMs,
    failuresInRow: circuit.failuresInRow,
    errorShare: steadyErrorShare(circuit.errorShare, published?.errorShare ?? 0),
    latencyMs: steadyLatency(circuit.latencyUs, published?.latencyMs ?? null),
    samples: coarseCount(circuit.samples),
    ...(circuit.unusable === null ? {} : { unusable: circuit.unusable }),
  };
}

function steadyErrorShare(share: number, published: number): number {
  if (share !== 0 && Math.abs(share - published) <= ERROR_SHARE_TOLERANCE_MICRO) return published;
  return twoDigits(share);
}

function steadyLatency(latencyUs: number | null, published: number | null): number | null {
  if (latencyUs === null) return published;
  const latencyMs = Math.ceil(latencyUs / US_PER_MS);
  if (published !== null && Math.abs(latencyMs - published) * LATENCY_TOLERANCE_SHARE <= published) return published;
  return twoDigits(latencyMs);
}

/** The two leading digits: 1234 becomes 1200. */
function twoDigits(value: number): number {
  let unit = 1;
  while (value / unit >= 100) unit *= 10;
  return Math.floor(value / unit) * unit;
}

/** The count rounded down to 1, 2, 5, 10, 20, 50 …, so that it does not change with every sample. */
function coarseCount(count: number): number {
  let coarse = 0;
  for (let unit = 1; unit <= count; unit *= 10) {
    for (const step of [1, 2, 5]) if (step * unit <= count) coarse = step * unit;
  }
  return coarse;
}
