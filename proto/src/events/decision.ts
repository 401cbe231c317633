import { z } from "zod";
import { Count, Digest, EndpointId, Micro, PicoUsd, TenantId, Uuid } from "../ids.ts";
import { PolicyName, Selector } from "../documents/policy-rule.ts";
import { Residencies } from "../documents/residency.ts";
import { Classification } from "../messages/classification.ts";
import { Lookup } from "../messages/cache-lookup.ts";
import { DecisionContext } from "../messages/caller-context.ts";
import { RequestFacts } from "../messages/request-facts.ts";
import { BudgetReservation, BudgetState } from "./budget.ts";
import { eventHead } from "./event.ts";
import { PolicyTrace } from "./policy-trace.ts";

const Scope = z.array(Selector).min(1).max(64).optional();

/** The part of the catalogue that a virtual key may use; an absent field sets no bound. */
const KeyScope = z.strictObject({
  /** Patterns over endpoint ids, models and families. */
  models: Scope,
  /** Names of the policy's groups: an endpoint must be in one of them. */
  routes: z.array(PolicyName).min(1).max(64).optional(),
  /** Patterns over endpoint ids alone. */
  endpoints: Scope,
  /** Patterns over regions; an endpoint of an unknown region is in none. */
  regions: z.array(z.string().min(1).max(64)).min(1).max(32).optional(),
});
type KeyScope = z.infer<typeof KeyScope>;

/** Everything that `decide` reads. The documents are named by digest and kept for ever; the rest stands here. */
export const DecisionInput = z.strictObject({
  schema: z.literal("signalbox.decision-input.v1"),
  nowMs: Count,
  /** A uniform draw from [0, 2^32), for strategies that explore; recorded even when unused. */
  draw: z.int().min(0).max(0xffff_ffff),
  facts: RequestFacts,
  classification: Classification,
  lookup: Lookup,
  /** What rules read beside the rest; absent when the policy has none. */
  context: DecisionContext.optional(),
  /** The budgets and limits that the request is charged to; each of them must have room. Absent: none. */
  budgets: z.array(BudgetState).min(1).max(32).optional(),
  /** The bounds of the caller's key, all of which hold; absent: none. */
  keyScope: KeyScope.optional(),
  /** What the stored conversation that the request continues is held to; absent: nothing. */
  residency: Residencies.optional(),
  /** Rules whose throttle is used up for this request; absent: none. */
  throttled: z.array(PolicyName).min(1).max(1_000).optional(),
  documents: z.strictObject({ engine: Digest, policy: Digest, catalogue: Digest, health: Digest }),
});
export type DecisionInput = z.infer<typeof DecisionInput>;

/** One eligible endpoint in the order of preference. Indexes point into the catalogue document's `endpoints`. */
export const RankedEndpoint = z.strictObject({
  endpoint: EndpointId,
  /** The quality for the request's task, and where the figure comes from. */
  quality: Micro,
  qualitySource: z.enum(["measured", "declared", "assumed"]),
  /** Estimated cost of the whole request; null when the endpoint has no known price. */
  costPicoUsd: PicoUsd.nullable(),
  latencyMs: Count.nullable(),
  goodEnough: z.boolean(),
});
export type RankedEndpoint = z.infer<typeof RankedEndpoint>;

const STRATEGIES = ["value", "cost", "latency", "quality", "pinned"] as const;
export type Strategy = (typeof STRATEGIES)[number];

export const Action = z.discriminatedUnion("kind", [
  z.strictObject({
    kind: z.literal("route"),
    /** In order: the first is tried first, the others are its fallbacks. */
    plan: z.array(EndpointId).min(1).max(8),
    /** The bound on output tokens for each choice, of the estimate and of the upstream request. */
    maxOutputTokens: Count,
    /**
     * Where the bound comes from. request: the caller. capped: the caller's, cut to the model's limit or context. default:
     * the policy's default. model: the model's limit, for a stream without a bound. policy: a rule's cap. budget: what is
     * left of a budget.
     */
    maxOutputSource: z.enum(["request", "capped", "default", "model", "policy", "budget"]),
    /** The bound at each endpoint of the plan, where they differ. */
    planOutputTokens: z.array(Count).min(1).max(8).optional(),
    /** Whether the answer may be kept, and for how long. */
    storeTtlSeconds: Count.nullable(),
    /** enforce: only an endpoint whose wire carries the request whole may be called. Absent: any. */
    translation: z.literal("enforce").optional(),
  }),
  z.strictObject({ kind: z.literal("serve-cached"), entryId: Uuid, endpoint: EndpointId }),
  z.strictObject({
    kind: z.literal("refuse"),
    code: z.enum([
      "model-not-found",
      "no-candidate",
      "context-length-exceeded",
      "none-healthy",
      "policy-refused",
      "content-blocked",
      "budget-exceeded",
      "rate-limited",
    ]),
    message: z.string().max(1024),
  }),
]);
export type Action = z.infer<typeof Action>;

/** The result of `decide`. It is hashed, so its numbers are integers. */
export const Decision = z.strictObject({
  schema: z.literal("signalbox.decision.v1"),
  action: Action,
  strategy: z.enum(STRATEGIES),
  /** A closed word for why the first was chosen, e.g. `cheapest-good-enough`, `pinned`, `cache-hit`, `none-good-enough`. */
  reason: z.string().max(64),
  /** The quality that the difficulty asks for. */
  requiredQuality: Micro,
  /** How many endpoints the catalogue held, and how many were left after the filters. */
  considered: Count,
  eligible: Count,
  /** Each exclusion with its rule; endpoints as index ranges into the catalogue, e.g. `0-14,16`. Sorted by rule. */
  excluded: z.array(z.strictObject({ rule: z.string().max(160), count: Count, endpoints: z.string() })),
  /** The best endpoints, in order; `eligible` counts all. */
  ranked: z.array(RankedEndpoint).max(16),
  /** The probability of each eligible choice that is not zero: `[{endpoint, 1000000}]` when deterministic. */
  propensities: z.array(z.strictObject({ endpoint: EndpointId, propensity: Micro })),
  cache: z.enum(["hit", "miss", "off", "hit-not-allowed"]),
  /**
   * What is reserved, in the order of the input's budgets. For a route: of each budget that an endpoint of the plan is
   * charged to. For a cached answer: of the limits on requests alone.
   */
  reserved: z.array(BudgetReservation).max(32).optional(),
  /** Absent when the policy has no rules. */
  policy: PolicyTrace.optional(),
});
export type Decision = z.infer<typeof Decision>;

/** `event.decision`, made by policy: input and result, signed and in the leaf. */
export const DecisionEvent = z.strictObject({
  schema: z.literal("signalbox.event.decision.v1"),
  ...eventHead,
  tenant: TenantId,
  decisionId: Uuid,
  input: DecisionInput,
  decision: Decision,
  /** SHA-256 of the canonical (RFC 8785) decision. */
  decisionDigest: Digest,
  /** How long the stages took, in microseconds: data, never part of the decision's digest. */
  timing: z.strictObject({ classifyUs: Count, lookupUs: Count, decideUs: Count }),
});
export type DecisionEvent = z.infer<typeof DecisionEvent>;
