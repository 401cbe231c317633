import { z } from "zod";
import { Count } from "../ids.ts";

/**
 * What a decision is taken to have earned, from its outcome or from feedback.
 * success: 1 when the answer was completed, else 0. cost: dollars, as billed. latency: milliseconds to the last byte.
 * feedback: the last score, or 1 and 0 for good and bad.
 */
export const REWARDS = ["success", "cost", "latency", "feedback"] as const;

/** What an evaluation takes for granted; defaults are those of the API. */
export const EvaluationOrder = z.strictObject({
  reward: z.enum(REWARDS),
  /** No number is given for a smaller effective sample. */
  minEffectiveSize: z.int().min(10).max(1_000_000).default(100),
  /** Of the resampling: the same seed gives the same intervals. */
  seed: z.int().min(0).max(0xffff_ffff).default(1),
  resamples: z.int().min(100).max(10_000).default(1_000),
});
export type EvaluationOrder = z.infer<typeof EvaluationOrder>;

/** A value with the bounds that hold the true one 95 times in 100, in the reward's unit. */
const Estimate = z.strictObject({ value: z.number(), low: z.number(), high: z.number() });

/** Decisions that an evaluation says nothing of, by why. */
export const SetAside = z.strictObject({
  /** Refused, when it was recorded or by the other policy. */
  refused: Count,
  /** Served from the cache, the one way or the other. */
  cached: Count,
  /** Another decision of the same request was executed. */
  notExecuted: Count,
  /** Its outcome or its feedback says nothing of the reward. */
  noReward: Count,
  /** The recorded probabilities do not hold the choice. */
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
  /** Of all decisions, those that the estimates say nothing of: set aside, or not supported. Absent from earlier versions. */
  notEvaluatedShare: z.number().min(0).max(1).optional(),
  /** Decisions with a reward, and those of them of which all that the policy may do was possible. */
  choices: Count,
  supported: Count,
  coverage: z.number().min(0).max(1),
  /** Nothing was left to chance: only direct replay, where the action was logged, says anything. */
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
