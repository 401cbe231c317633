import type { Lookup, RequestFacts } from "@signalbox/proto";
import type { EntryIndex } from "./entry-index.ts";

/**
 * Looks a request up among its own tenant's answers. `off`: its caller opted out, or did not opt in and the request is not
 * deterministic.
 */
export function lookUp(facts: RequestFacts, index: EntryIndex, nowMs: number): Lookup {
  const { mode, deterministic, key } = facts.cache;
  const wanted = mode === "on" || (mode === "auto" && deterministic);
  if (!wanted || key === null) return { status: "off" };
  const entry = index.find(facts.tenant, key, nowMs);
  if (entry === undefined) return { status: "miss" };
  return {
    status: "hit",
    entryId: entry.entryId,
    endpoint: entry.endpoint,
    // The clock of the instance that kept the answer may be ahead of this one's.
    ageSeconds: Math.max(0, Math.floor((nowMs - entry.createdAtMs) / 1_000)),
    usage: entry.usage,
  };
}
