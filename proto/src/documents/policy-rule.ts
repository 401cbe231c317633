import { z } from "zod";
import { Count, PicoUsd } from "../ids.ts";
import { CAPABILITIES } from "../messages/classification.ts";
import { Residency } from "./residency.ts";

/** The name of a rule, a group, a signal or an arm: what a decision's record calls it by. */
export const PolicyName = z
  .string()
  .regex(/^[a-z0-9][a-z0-9-]{0,47}$/, "a name of lower-case letters, digits and hyphens, at most 48");

/** A pattern with `*` over endpoint ids, model names and families, or `group:<name>` for all that the group names. */
export const Selector = z.string().min(1).max(256);
const Selectors = z.array(Selector).min(1).max(64);

/** Millionths of all requests; those of one split add up to a million at the most. */
const Share = z.int().min(1).max(1_000_000);

/** What an endpoint must be. One of which the catalogue does not say it does not meet the requirement. */
export const PolicyRequirement = z.strictObject({
  ...Residency.shape,
  openWeights: z.literal(true).optional(),
  capabilities: z.array(z.enum(CAPABILITIES)).min(1).optional(),
});
export type PolicyRequirement = z.infer<typeof PolicyRequirement>;

/** How many requests each key, user, team, project or tenant may send; requests without one share one account. */
export const PolicyThrottle = z.strictObject({
  by: z.enum(["key", "user", "team", "project", "tenant"]),
  requestsPerMinute: z.int().min(1).max(1_000_000),
});

/** What a rule does when its condition holds. */
export const PolicyEffects = z.strictObject({
  /** The request is let through as it stands: no later rule is looked at. */
  allow: z.literal(true).optional(),
  /** The request is refused with this message. */
  deny: z.string().min(1).max(512).optional(),
  /** Decides as if the caller had named this model or endpoint. */
  pin: Selector.optional(),
  /** Chooses within a group, its members in their order, instead of what the caller named. */
  route: PolicyName.optional(),
  /** Rules out everything else. */
  only: Selectors.optional(),
  exclude: Selectors.optional(),
  require: PolicyRequirement.optional(),
  /** What these cover comes before everything else, in this order. */
  prefer: Selectors.optional(),
  /** One of them is drawn, with a probability in proportion to its weight among those that are eligible. */
  weights: z
    .array(z.strictObject({ of: Selector, weight: z.int().min(1).max(1_000_000) }))
    .min(1)
    .max(16)
    .optional(),
  /** Shares of all requests that go elsewhere; the rest is decided as without the split. */
  split: z
    .array(z.strictObject({ arm: PolicyName, share: Share, to: Selector }))
    .min(1)
    .max(8)
    .optional(),
  strategy: z.enum(["value", "cost", "latency", "quality"]).optional(),
  /** The plan after its first endpoint: the best endpoint of each selector, and nothing else. */
  fallbacks: Selectors.optional(),
  maxOutputTokens: z.int().min(1).optional(),
  /** Rules out endpoints at which the request could cost more, and those without a price. */
  maxCostPicoUsd: PicoUsd.optional(),
  cache: z
    .strictObject({ serve: z.boolean().optional(), store: z.boolean().optional(), ttlSeconds: Count.optional() })
    .optional(),
  /** The types of content that are to be taken out of the request. */
  redact: z.array(PolicyName).min(1).max(32).optional(),
  throttle: PolicyThrottle.optional(),
  tag: z.array(PolicyName).min(1).max(16).optional(),
  /** Whatever else a reader of the register is to do; recorded word for word. */
  obligations: z.record(PolicyName, z.string().max(256)).optional(),
});
export type PolicyEffects = z.infer<typeof PolicyEffects>;
export type PolicyEffect = keyof PolicyEffects;

export const PolicyRule = z.strictObject({
  name: PolicyName,
  /** A CEL expression of type bool over the variables of a decision. */
  when: z.string().min(1).max(2_048),
  /** After this rule applied, no later one is looked at. */
  final: z.boolean(),
  effects: PolicyEffects,
});
export type PolicyRule = z.infer<typeof PolicyRule>;
