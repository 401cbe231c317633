import { z } from "zod";
import { Usage } from "../events/outcome.ts";
import { ERROR_CODES, type ErrorCode } from "../errors.ts";
import { PolicyName } from "../documents/policy-rule.ts";
import { Residencies } from "../documents/residency.ts";
import { RateStates } from "./rate-state.ts";
import { EndpointId, Uuid } from "../ids.ts";

const ErrorCodeSchema = z.enum(Object.keys(ERROR_CODES) as [ErrorCode, ...ErrorCode[]]);

/** An error on the wire (`SignalboxError.toJSON`). */
const ErrorBody = z.strictObject({
  code: ErrorCodeSchema,
  message: z.string(),
  details: z.strictObject({
    param: z.string().optional(),
    retryAfterMs: z.number().optional(),
    stage: z.string().optional(),
    provider: z.string().optional(),
    upstreamStatus: z.number().optional(),
    upstreamCode: z.string().optional(),
    upstreamType: z.string().optional(),
  }),
});

const head = { requestId: Uuid, attempt: z.int().min(1).max(9) };

/** What comes back to ingress on `route.replyTo`, from the stage at which the request's way down the line ended. */
export const PipelineReply = z.discriminatedUnion("kind", [
  /** From the dispatcher: send the body to `address` under `claim`. */
  z.strictObject({
    ...head,
    kind: z.literal("dispatch"),
    decisionId: Uuid,
    address: z.string(),
    claim: z.string(),
    /** As in the order: what ingress redacts in the body before it sends it. */
    redact: z.array(PolicyName).min(1).max(1_024).optional(),
    /** As in the order: the caller's limits. */
    rates: RateStates.optional(),
    /** As in the order: what the conversation is held to if the answer is stored. */
    residency: Residencies.optional(),
  }),
  /** From policy: a cached answer may be served. The decision is recorded; ingress records the outcome. */
  z.strictObject({
    ...head,
    kind: z.literal("cached"),
    decisionId: Uuid,
    entryId: Uuid,
    address: z.string(),
    endpoint: EndpointId,
    usage: Usage,
    rates: RateStates.optional(),
    residency: Residencies.optional(),
  }),
  /** From policy: the decision is a refusal. It is recorded; ingress records the outcome. */
  z.strictObject({
    ...head,
    kind: z.literal("refused"),
    decisionId: Uuid,
    error: ErrorBody,
    rates: RateStates.optional(),
  }),
  /** From any stage: the request could not go on. Nothing was executed; `decisionId` is set when one was recorded. */
  z.strictObject({ ...head, kind: z.literal("failed"), decisionId: Uuid.nullable(), error: ErrorBody }),
]);
export type PipelineReply = z.infer<typeof PipelineReply>;
