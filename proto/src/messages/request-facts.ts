import { z } from "zod";
import { DIALECTS, WIRES } from "../dialects.ts";
import { Count, KeyedDigest, TenantId, Uuid } from "../ids.ts";
import { OPERATIONS } from "../operation.ts";
import { SERVICE_TIERS } from "../service-tier.ts";
import { Residencies } from "../documents/residency.ts";
import { CallerContext } from "./caller-context.ts";
import { GuardFacts } from "./guard-facts.ts";
import { SignedState } from "./signed-state.ts";

/** What is known of a request without its content: it stands in the leaf, so it holds integers, digests and enums only. */
export const RequestFacts = z.strictObject({
  requestId: Uuid,
  /** 1 for the first try of the pipeline, one more for each that ingress had to repeat. */
  attempt: z.int().min(1).max(9),
  tenant: TenantId,
  keyId: z.string().max(64),
  operation: z.enum(OPERATIONS),
  dialect: z.enum(DIALECTS),
  receivedAtMs: Count,
  /** The model as the caller wrote it. */
  model: z.string().min(1).max(256),
  stream: z.boolean(),
  /** How many choices are asked for (`n`). */
  choices: z.int().min(1).max(128),
  /** The caller's bound on output tokens for each choice, or null. */
  maxOutputTokens: Count.nullable(),
  messages: Count,
  /** Characters (UTF-16 units) of all text, and of the tool definitions and schemas beside it. */
  textChars: Count,
  toolChars: Count,
  images: Count,
  audios: Count,
  files: Count,
  tools: Count,
  /** Whether the conversation holds tool calls or results already. */
  toolTurns: z.boolean(),
  parallelTools: z.boolean(),
  /** Signed state that the conversation carries, by the wire that made it, in the order of `WIRES`. Absent: none. */
  signedState: z.array(SignedState).min(1).max(WIRES.length).optional(),
  /** The longest lifetime that cache marks in the body ask a provider for; writing to its cache may cost more. Absent: no marks. */
  cacheMarks: z.enum(["5m", "1h"]).optional(),
  /** The service tier that the body asks for, where it is not the usual one. Absent: none. */
  serviceTier: z.enum(SERVICE_TIERS).optional(),
  /** The body asks to be served in the United States alone, which may have a price of its own. */
  usOnly: z.literal(true).optional(),
  /** The most web searches that the body lets the provider make; an assumed bound where it sets none. Absent: none. */
  webSearches: Count.optional(),
  /** Set when only a provider that speaks the caller's own dialect can take the request. */
  ownForm: z.literal(true).optional(),
  responseFormat: z.enum(["text", "json-object", "json-schema"]),
  logprobs: z.boolean(),
  seed: z.boolean(),
  reasoningEffort: z.enum(["none", "minimal", "low", "medium", "high", "xhigh", "max"]).nullable(),
  /** `temperature` in millionths, or null when it is not given. */
  temperatureMicro: z.int().min(0).max(10_000_000).nullable(),
  bodyBytes: Count,
  /** Of the canonical body before redaction. */
  bodyDigest: KeyedDigest,
  cache: z.strictObject({
    /** auto: by the rule; on: the caller opted in; off: the caller opted out, or the cache is off. */
    mode: z.enum(["auto", "on", "off"]),
    /** Whether the rule finds the request deterministic enough to keep its answer. */
    deterministic: z.boolean(),
    /** Covers every field that can change the answer, and the tenant. */
    key: z
      .string()
      .regex(/^[0-9a-f]{64}$/)
      .nullable(),
  }),
  /** Tenant-keyed digests of `user`, `metadata` and tags; the plain values are kept in erasable columns beside the leaf. */
  labels: z.strictObject({
    user: KeyedDigest.nullable(),
    metadata: KeyedDigest.nullable(),
    tags: z.array(KeyedDigest).max(16),
  }),
  audit: z.enum(["async", "sync"]),
  /** Absent when there are no guardrails. */
  guard: GuardFacts.optional(),
});
export type RequestFacts = z.infer<typeof RequestFacts>;

/** The most text that travels to the classifier; core NATS only, never JetStream. */
export const VIEW_MAX_BYTES = 65_536;

/** What the stages need to reply to the caller's ingress, beside the facts; never recorded. */
export const RequestRoute = z.strictObject({
  /** The subject on which ingress reads all replies of its instance. */
  replyTo: z.string().max(128),
  deadlineAtMs: Count,
  traceparent: z.string().max(64).nullable(),
  /** Whether the caller asked for a usage chunk at the end of a stream. */
  includeUsage: z.boolean(),
  /** What rules may read beside the facts; policy records only what the policy in force names. */
  caller: CallerContext.optional(),
  /** What earlier decisions hold the conversation to that the request continues. */
  residency: Residencies.optional(),
});
export type RequestRoute = z.infer<typeof RequestRoute>;

/** `request.classify`: ingress → classifier. */
export const ClassifyItem = z.strictObject({
  facts: RequestFacts,
  route: RequestRoute,
  /** System and user text, newest last, at most VIEW_MAX_BYTES in all. The classifier reads it and passes it to no one. */
  view: z.strictObject({ system: z.string(), conversation: z.string(), lastUser: z.string(), truncated: z.boolean() }),
});
export type ClassifyItem = z.infer<typeof ClassifyItem>;
