import type { LastSeen } from "../chat/last-seen.ts";

/** A server that restarts is back sooner; all ingresses miss it at the same moment, and none is better than another. */
const NATS_AWAY_MS = 5_000;

type Dependency = { readonly state: "ok" | "away" | "unknown"; readonly seenAt?: string };

/** What `/readyz` answers. */
export type Readiness = {
  readonly status: "ready" | "not ready";
  readonly dependencies: Readonly<Record<string, Dependency>>;
};

type Watched = {
  readonly isConnected: () => boolean;
  /** Whether it is known who may ask; it is read from PostgreSQL all the time. */
  readonly areKeysFresh: () => boolean;
  /** What requests found of the stages behind this one. */
  readonly lastSeen: LastSeen;
};

/**
 * Whether requests should be sent here. Only what this instance itself needs decides: it can reach NATS, and knows the
 * keys. What stands behind all instances alike is named and decides nothing: a balancer that took them all out would
 * turn a stage's restart, in which requests are refused with `Retry-After`, into an outage.
 */
export function watchReadiness({ isConnected, areKeysFresh, lastSeen }: Watched): () => Readiness {
  let awaySinceMs: number | null = null;
  return () => {
    const nowMs = performance.now();
    const hasNats = isConnected();
    awaySinceMs = hasNats ? null : (awaySinceMs ?? nowMs);
    const hasKeys = areKeysFresh();
    const isReady = hasKeys && (awaySinceMs === null || nowMs - awaySinceMs < NATS_AWAY_MS);
    return {
      status: isReady ? "ready" : "not ready",
      dependencies: {
        nats: { state: hasNats ? "ok" : "away" },
        postgresql: { state: hasKeys ? "ok" : "away" },
        ...Object.fromEntries([...lastSeen.all()].map(([name, seen]) => [name, dependencyOf(seen)])),
      },
    };
  };
}

function dependencyOf(seen: { readonly isThere: boolean; readonly atMs: number } | null): Dependency {
  if (seen === null) return { state: "unknown" };
  return { state: seen.isThere ? "ok" : "away", seenAt: new Date(seen.atMs).toISOString() };
}
