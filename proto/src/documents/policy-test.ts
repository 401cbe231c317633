import { z } from "zod";
import { Count, EndpointId, Micro, Uuid } from "../ids.ts";
import { CAPABILITIES, MODALITIES, TASKS } from "../messages/classification.ts";
import { CallerContext } from "../messages/caller-context.ts";
import { PolicyName, Selector } from "./policy-rule.ts";

/** The request of a test case; what it leaves out is as in a short plain chat request. */
export const PolicyTestRequest = z.strictObject({
  ...CallerContext.shape,
  requestId: Uuid.optional(),
  tenant: z.string().max(63).optional(),
  key: z.string().max(64).optional(),
  model: z.string().min(1).max(256).optional(),
  stream: z.boolean().optional(),
  choices: z.int().min(1).max(128).optional(),
  maxOutputTokens: Count.optional(),
  messages: Count.optional(),
  tools: Count.optional(),
  images: Count.optional(),
  task: z.enum(TASKS).optional(),
  difficulty: Micro.optional(),
  language: z.string().max(3).optional(),
  capabilities: z.array(z.enum(CAPABILITIES)).optional(),
  modalities: z.array(z.enum(MODALITIES)).optional(),
  inputTokens: Count.optional(),
  budgetUsed: Micro.optional(),
  /** Local time in the policy's zone: `2026-11-21T10:00`. */
  at: z
    .string()
    .regex(/^\d{4}-(0[1-9]|1[0-2])-(0[1-9]|[12]\d|3[01])T([01]\d|2[0-3]):[0-5]\d$/, "a local time, 2026-11-21T10:00")
    .optional(),
  /** A cached answer of this endpoint was found. */
  cached: EndpointId.optional(),
  /** The circuits of what these cover are open. */
  unhealthy: z.array(Selector).max(32).optional(),
});
export type PolicyTestRequest = z.infer<typeof PolicyTestRequest>;

/** What the decision must be; what is left out may be anything. */
export const PolicyTestExpectation = z.strictObject({
  action: z.enum(["route", "serve-cached", "refuse"]).optional(),
  /** Must cover the first endpoint of the plan, or the one whose cached answer is served. */
  endpoint: Selector.optional(),
  /** None of these may cover an endpoint of the plan. */
  never: z.array(Selector).min(1).max(32).optional(),
  /** A part of the refusal's message. */
  message: z.string().max(512).optional(),
  strategy: z.enum(["value", "cost", "latency", "quality", "pinned"]).optional(),
  maxOutputTokens: Count.optional(),
  /** Rules that must have applied, and rules that must not. */
  applied: z.array(PolicyName).max(64).optional(),
  notApplied: z.array(PolicyName).max(64).optional(),
  tags: z.array(PolicyName).max(64).optional(),
  arm: PolicyName.optional(),
});
export type PolicyTestExpectation = z.infer<typeof PolicyTestExpectation>;

/** A test case that a policy carries with itself: a policy is not put in force while one of its tests fails. */
export const PolicyTest = z.strictObject({
  name: z.string().min(1).max(128),
  given: PolicyTestRequest,
  expect: PolicyTestExpectation,
});
export type PolicyTest = z.infer<typeof PolicyTest>;
