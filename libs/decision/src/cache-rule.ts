import type { Action, Decision, DecisionInput, PolicyDocument } from "@signalbox/proto";
import { barsKeptAnswers } from "./budget/means.ts";
import { CIRCUIT_OPEN, type Filtered } from "./filter-candidates.ts";
import type { GatheredEffects } from "./policy/gather-effects.ts";
import type { PreparedDocuments } from "./prepare-documents.ts";

type CacheVerdict =
  | { readonly kind: "hit"; readonly action: Extract<Action, { kind: "serve-cached" }> }
  | { readonly kind: Exclude<Decision["cache"], "hit"> };

/** The policy's own terms, where a rule has not set others for this request. */
export function cacheTerms(policy: PolicyDocument, { cache }: Pick<GatheredEffects, "cache">): PolicyDocument["cache"] {
  if (cache === null) return policy.cache;
  const { serve, store, ttlSeconds } = policy.cache;
  return {
    serve: cache.value.serve ?? serve,
    store: cache.value.store ?? store,
    ttlSeconds: cache.value.ttlSeconds ?? ttlSeconds,
  };
}

/**
 * A cached answer is served only if its endpoint could have been chosen for this request. Its health and what it costs do
 * not matter: nothing is asked of it.
 */
export function judgeCache(
  { lookup }: DecisionInput,
  documents: PreparedDocuments,
  { filtered, terms }: { filtered: Filtered; terms: PolicyDocument["cache"] },
): CacheVerdict {
  if (lookup.status !== "hit") return { kind: lookup.status };
  const prepared = documents.byId.get(lookup.endpoint);
  if (prepared === undefined || !terms.serve) return { kind: "hit-not-allowed" };
  const rule = filtered.rules[prepared.index] ?? null;
  if (rule !== null && rule !== CIRCUIT_OPEN && barsKeptAnswers(rule)) return { kind: "hit-not-allowed" };
  return { kind: "hit", action: { endpoint: lookup.endpoint, entryId: lookup.entryId, kind: "serve-cached" } };
}

/** How long the answer may be kept; null when it may not: an answer with tools or several choices only if asked for. */
export function storeTtlSeconds({ facts }: DecisionInput, terms: PolicyDocument["cache"]): number | null {
  const { mode, deterministic, key } = facts.cache;
  if (!terms.store || terms.ttlSeconds === 0 || key === null || mode === "off") return null;
  const byRule = deterministic && facts.tools === 0 && facts.choices === 1;
  return mode === "on" || byRule ? terms.ttlSeconds : null;
}
