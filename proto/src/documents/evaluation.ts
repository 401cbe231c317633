import { z } from "zod";
import { Count } from "../ids.ts";

/**
 * What a decision earned, read from its outcome or from feedback.
 * success: 1 when the answer was completed, else 0. cost: dollars, as billed. latency: milliseconds to the last byte.
 * feedback: the last score, or 1 and 0 for good and bad.
 */
export const REWARDS = ["success", "cost", "latency", "feedback"] as const;

/** The parameters of an evaluation. */
export const EvaluationOrder = z.strictObject({
  reward: z.enum(REWARDS),
  /** With a smaller effective sample size the report gives no estimate. */
  minEffectiveSize: z.int().min(10).max(1_000_000).default(100),
  /** Of the bootstrap: the same seed gives the same intervals. */
  seed: z.int().min(0).max(0xffff_ffff).default(1),
  resamples: z.int().min(100).max(10_000).default(1_000),
});
export type EvaluationOrder = z.infer<typeof EvaluationOrder>;

/** A value with its 95 % confidence interval, in the reward's unit. */
const Estimate = z.strictObject({ value: z.number(), low: z.number(), high: z.number() });

/** How many decisions an evaluation left out, by the reason. */
export const SetAside = z.strictObject({
  /** Refused, when it was recorded or by the other policy. */
  refused: Count,
  /** Served from the cache, when it was recorded or by the other policy. */
  cached: Count,
  /** Another decision of the same request was executed. */
  notExecuted: Count,
  /** Its outcome or its feedback says nothing of the reward. */
  noReward: Count,
  /** The recorded propensities do not contain the endpoint that was chosen. */
  noPropensity: Count,
  /** It could not be replayed. */
  notReplayed: Count,
  /** More decisions than an evaluation takes. */
  beyondLimit: Count,
});
export type SetAside = z.infer<typeof SetAside>;

/** What another policy is worth; see `evaluate` in `libs/decision` for the estimators and their sources. */
export const EvaluationReport = z.strictObject({
  setAside: SetAside,
  /** The share of all decisions that the estimates leave out: set aside, or not supported. Absent from earlier versions. */
  notEvaluatedShare: z.number().min(0).max(1).optional(),
  /** Decisions with a reward; and those among them in which every choice of the policy had a recorded propensity. */
  choices: Count,
  supported: Count,
  coverage: z.number().min(0).max(1),
  /** No recorded choice was random, so only decisions in which the policy chooses what was logged say anything. */
  isDeterministic: z.boolean(),
  effectiveSize: z.number(),
  maxWeight: z.number(),
  outcome: z.discriminatedUnion("kind", [
    z.strictObject({ kind: z.literal("refused"), reason: z.enum(["nothing-recorded", "unsupported", "too-few"]) }),
    z.strictObject({ kind: z.literal("direct"), value: Estimate }),
    z.strictObject({
      kind: z.literal("estimated"),
      values: z.strictObject({ logged: Estimate, ips: Estimate, snips: Estimate, robust: Estimate }),
    }),
  ]),
});
export type EvaluationReport = z.infer<typeof EvaluationReport>;
