import { z } from "zod";
import { DIALECTS, WIRES } from "../dialects.ts";
import { Price } from "../documents/catalogue.ts";
import { Count, EndpointId, TenantId, Uuid } from "../ids.ts";
import { OPERATIONS } from "../operation.ts";
import { PolicyName } from "../documents/policy-rule.ts";
import { Residencies } from "../documents/residency.ts";
import { RateStates } from "./rate-state.ts";
import { RequestRoute } from "./request-facts.ts";

/** One endpoint of a plan, with everything that the dispatcher needs to know of it but its secret. */
export const PlanEndpoint = z.strictObject({
  endpoint: EndpointId,
  provider: z.string().max(64),
  /** The model's name at the provider. */
  upstreamModel: z.string().max(256),
  dialect: z.enum(WIRES),
  price: Price.nullable(),
  /** Tokens of prompt and answer together. Absent: unknown. */
  contextTokens: Count.optional(),
  /** The cap on output tokens for each choice at this endpoint. Absent: the order's. */
  maxOutputTokens: Count.optional(),
});
export type PlanEndpoint = z.infer<typeof PlanEndpoint>;

/** `request.dispatch`: policy → dispatcher. Holds no content; the body comes by gRPC, under the claim. */
export const DispatchOrder = z.strictObject({
  requestId: Uuid,
  attempt: z.int().min(1).max(9),
  decisionId: Uuid,
  tenant: TenantId,
  route: RequestRoute,
  dialect: z.enum(DIALECTS),
  /** Absent: chat. */
  operation: z.enum(OPERATIONS).optional(),
  stream: z.boolean(),
  choices: z.int().min(1).max(128),
  plan: z.array(PlanEndpoint).min(1).max(8),
  /** Estimated prompt tokens: what usage is estimated from when the provider reports none. */
  inputTokens: Count,
  /** The cap that the decision sets on output tokens for each choice; null leaves the request as it is. */
  maxOutputTokens: Count.nullable(),
  /** Where and under which key a complete answer may be kept; null forbids it. */
  store: z.strictObject({ address: z.string().max(256), key: z.string(), ttlSeconds: Count }).nullable(),
  /** enforce: an endpoint whose wire would lose something of the request is not called. */
  translation: z.literal("enforce").optional(),
  /** The caller's limits, for the answer's headers; absent: it has none. */
  rates: RateStates.optional(),
  audit: z.enum(["async", "sync"]),
  /** What the conversation is held to if this answer is stored; absent: nothing. */
  residency: Residencies.optional(),
  /** What the policy's rules order redacted in the body, as sorted names of findings; absent: nothing. */
  redact: z.array(PolicyName).min(1).max(1_024).optional(),
  timing: z.strictObject({ classifyUs: Count, lookupUs: Count, decideUs: Count, recordUs: Count }),
});
export type DispatchOrder = z.infer<typeof DispatchOrder>;
