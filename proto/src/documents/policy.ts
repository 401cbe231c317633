import { z } from "zod";
import { Count, Micro } from "../ids.ts";
import { PolicyName, PolicyRule, Selector } from "./policy-rule.ts";
import { PolicyTest } from "./policy-test.ts";

/** The policy document: what holds for every decision. Content-addressed by its canonical form. */
export const PolicyDocument = z.strictObject({
  schema: z.literal("signalbox.policy.v2"),
  /** Patterns over endpoint ids and models with `*`; an endpoint must match one of `allow` and none of `deny`. */
  allow: z.array(z.string().max(256)).max(1024),
  deny: z.array(z.string().max(256)).max(1024),
  defaultStrategy: z.enum(["value", "cost", "latency", "quality"]),
  /** Endpoints in a plan at the most, the first included. */
  planMax: z.int().min(1).max(8),
  /** The bound on output tokens of a request that names none. */
  defaultMaxOutputTokens: Count,
  /**
   * A stream of a request that names no bound, and that no budget holds for, may be as long as its model can write, up to
   * this. Absent: `STREAM_MAX_OUTPUT_TOKENS`.
   */
  streamMaxOutputTokens: Count.optional(),
  /**
   * The quality assumed for an endpoint of which none is known, by its blended price (micro-USD per million tokens, input
   * and output averaged). It is an assumption and no measurement; every decision that uses it says `assumed`.
   */
  assumedQuality: z.strictObject({
    unpriced: Micro,
    bands: z
      .array(z.strictObject({ uptoMicroUsd: Count.nullable(), quality: Micro }))
      .min(1)
      .max(16),
  }),
  cache: z.strictObject({ serve: z.boolean(), store: z.boolean(), ttlSeconds: Count }),
  /**
   * all: the effects of every rule that holds add up; of an effect that can apply once only, the first rule's wins.
   * first: only the first rule that holds applies.
   */
  match: z.enum(["all", "first"]),
  /** What happens to a request that no rule denied and no rule with `allow` let through. */
  otherwise: z.enum(["allow", "deny"]),
  /**
   * Whether an endpoint may be called whose wire cannot carry the whole request. shadow, and absent: yes, and the record
   * names what was lost. enforce: no, the next endpoint of the plan is tried.
   */
  translation: z.enum(["shadow", "enforce"]).optional(),
  /** IANA name; schedules are read in it. */
  timeZone: z.string().min(1).max(64),
  /** The tags and signals that rules may read. Any other text of a caller stays out of the decision's input, and so out of its leaf. */
  vocabulary: z.strictObject({
    tags: z.array(z.string().min(1).max(128)).max(256),
    signals: z.record(PolicyName, z.array(z.string().min(1).max(128)).min(1).max(64)),
  }),
  /** Named lists of selectors in the order of preference. */
  groups: z.record(PolicyName, z.array(Selector).min(1).max(64)),
  rules: z.array(PolicyRule).max(1_000),
  tests: z.array(PolicyTest).max(500),
});
export type PolicyDocument = z.infer<typeof PolicyDocument>;

export const DEFAULT_POLICY: PolicyDocument = {
  schema: "signalbox.policy.v2",
  allow: ["*"],
  deny: [],
  defaultStrategy: "value",
  planMax: 4,
  defaultMaxOutputTokens: 16_384,
  assumedQuality: {
    unpriced: 400_000,
    bands: [
      { uptoMicroUsd: 150_000, quality: 350_000 },
      { uptoMicroUsd: 600_000, quality: 480_000 },
      { uptoMicroUsd: 2_000_000, quality: 620_000 },
      { uptoMicroUsd: 4_000_000, quality: 760_000 },
      { uptoMicroUsd: 8_000_000, quality: 860_000 },
      { uptoMicroUsd: null, quality: 920_000 },
    ],
  },
  cache: { serve: true, store: true, ttlSeconds: 3_600 },
  match: "all",
  otherwise: "allow",
  timeZone: "UTC",
  vocabulary: { tags: [], signals: {} },
  groups: {},
  rules: [],
  tests: [],
};
