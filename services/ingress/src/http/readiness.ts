import type { LastSeen } from "../chat/last-seen.ts";

/** Longer than a restart of NATS takes; every ingress misses it then, so taking one out of service would not help. */
const NATS_AWAY_MS = 5_000;

type Dependency = { readonly state: "ok" | "away" | "unknown"; readonly seenAt?: string };

/** What `/readyz` answers. */
export type Readiness = {
  readonly status: "ready" | "not ready";
  readonly dependencies: Readonly<Record<string, Dependency>>;
};

type Watched = {
  readonly isConnected: () => boolean;
  /** Whether the keys in memory are recent; they are polled from PostgreSQL. */
  readonly areKeysFresh: () => boolean;
  /** What requests have found of the stages behind this one. */
  readonly lastSeen: LastSeen;
};

/**
 * Whether requests should be sent to this instance: it reaches NATS, and its keys are recent. The stages behind it are
 * reported and decide nothing, because all instances share them: a balancer that took all instances out would turn a
 * stage's restart, during which requests are refused with `Retry-After`, into an outage.
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
