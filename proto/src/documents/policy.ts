import { z } from "zod";
import { Count, Micro } from "../ids.ts";

/** The policy document: what holds for every decision. Content-addressed by its canonical form. */
export const PolicyDocument = z.strictObject({
  schema: z.literal("signalbox.policy.v1"),
  /** Patterns over endpoint ids and models with `*`; an endpoint must match one of `allow` and none of `deny`. */
  allow: z.array(z.string().max(256)).max(1024),
  deny: z.array(z.string().max(256)).max(1024),
  defaultStrategy: z.enum(["value", "cost", "latency", "quality"]),
  /** Endpoints in a plan at the most, the first included. */
  planMax: z.int().min(1).max(8),
  /** Output tokens taken for a request that names no bound. */
  defaultMaxOutputTokens: Count,
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
});
export type PolicyDocument = z.infer<typeof PolicyDocument>;

export const DEFAULT_POLICY: PolicyDocument = {
  schema: "signalbox.policy.v1",
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
};
