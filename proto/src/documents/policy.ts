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
  /** Output tokens taken for a request that names no bound. */
  defaultMaxOutputTokens: Count,
  /**
   * A stream of a request that names no bound, and that no budget holds for, may be as long as its model can write, up to
   * this. Absent: `STREAM_MAX_OUTPUT_TOKENS`.
   */
  streamMaxOutputTokens: Count.optional(),
  /**
   * What an endpoint of unknown quality is taken for, by the price band of its blended price (micro-USD per million
   * tokens, input and output averaged): a declared assumption, marked `assumed` on every decision, not a measurement.
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
   * all: rules are looked at in order and the effects of all that hold add up; of an effect that can be had once, the
   * first wins. first: the first rule that holds is the only one.
   */
  match: z.enum(["all", "first"]),
  /** What becomes of a request that no rule has denied, and no rule with `allow` let through. */
  otherwise: z.enum(["allow", "deny"]),
  /**
   * What becomes of a request that an endpoint's wire cannot carry whole. shadow, and absent: it goes there, and the
   * record names what was lost. enforce: it does not; the next endpoint of the plan that loses nothing takes it.
   */
  translation: z.enum(["shadow", "enforce"]).optional(),
  /** IANA name; schedules are read in it. */
  timeZone: z.string().min(1).max(64),
  /** What rules may read of a caller's free text. All else stays out of the decision's input, and so out of its leaf. */
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
