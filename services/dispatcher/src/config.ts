import { grpcClientFields, grpcServerFields, serviceFields, signingFields } from "@signalbox/kit";
import { WIRES } from "@signalbox/proto";
import { z } from "zod";

const MIB = 1024 * 1024;

const timeout = z.int().min(1).max(3_600_000);

/** Each is counted anew for each attempt. */
const attemptTimeouts = {
  /** To accept a connection. */
  connectMs: timeout.default(5_000),
  /** From the request's last byte to the answer's first. */
  firstByteMs: timeout.default(120_000),
  /** Between two pieces of an answer. */
  idleMs: timeout.default(60_000),
};

const Provider = z.strictObject({
  dialect: z.enum(WIRES).default("openai-chat"),
  /** As far as the version, e.g. `https://api.example.com/v1`; the dialect adds the path. */
  baseUrl: z.url({ protocol: /^https?$/ }),
  /** `api-version` of azure-openai, where the base URL is the resource's root and paths name deployments. */
  apiVersion: z.string().min(1).max(64).optional(),
  /** The key itself, or the environment variable that holds it; neither for a provider that asks for none. */
  apiKey: z.string().min(1).optional(),
  apiKeyEnv: z.string().min(1).optional(),
  /** Sent with every request. */
  headers: z.record(z.string(), z.string()).default({}),
  /** The names in a caller's `anthropic-beta` that are sent on, of which only `anthropic-messages` has any; all unless given. */
  betas: z.array(z.string().min(1).max(64)).max(256).optional(),
  timeouts: z
    .strictObject({
      /** Of several providers at one origin, which share their connections, the longest holds for all. */
      connectMs: timeout,
      firstByteMs: timeout,
      idleMs: timeout,
      /** For one attempt at this provider as a whole; without it, only the request's own total bounds an attempt. */
      totalMs: timeout,
    })
    .partial()
    .default({}),
  /** What this host takes of the dialect; the defaults know the hosts that are known to differ (`quirksOfHost`). */
  quirks: z
    .strictObject({
      maxTokensField: z.enum(["max_tokens", "max_completion_tokens"]).nullable(),
      streamOptions: z.boolean(),
      developerRole: z.boolean(),
      reasoningField: z.enum(["reasoning_content", "reasoning", "reasoning_details", "thinking_blocks"]).nullable(),
      thinkTags: z.enum(["leading", "implied"]).nullable(),
    })
    .partial()
    .default({}),
});
export type ProviderConfig = z.infer<typeof Provider>;

export const Config = z.strictObject({
  ...serviceFields,
  ...signingFields,
  ...grpcServerFields,
  ...grpcClientFields,
  /** The guardrails document (JSON); without one, nothing is looked for in answers. */
  guardPath: z.string().nullable().default(null),
  /** The providers that this dispatcher can call, by the names that the catalogue's endpoints use. */
  providers: z.record(z.string().regex(/^[a-z0-9][a-z0-9-]{0,63}$/), Provider).default({}),
  /** `audit: sync`: how long the ledger's receipt of an outcome is waited for. */
  receiptTimeoutMs: timeout.default(3_000),
  timeouts: z
    .strictObject({
      ...attemptTimeouts,
      /** For the whole request, over all attempts, and never longer than its caller waits. */
      totalMs: z.int().min(1).max(86_400_000).default(3_600_000),
    })
    .prefault({}),
  http: z
    .strictObject({
      /** Connections to one provider at the same time, each with one request; more requests than these wait for one to be free. */
      connectionsMax: z.int().min(1).max(10_000).default(2_048),
      /** How long an unused connection is kept. */
      keepAliveMs: timeout.default(30_000),
    })
    .prefault({}),
  limits: z
    .strictObject({
      /** Requests in execution or claimed; more are refused as `overloaded`. */
      inFlightMax: z.int().min(1).max(100_000).default(2_048),
      /** The largest whole answer. */
      answerMaxBytes: z
        .int()
        .min(1)
        .max(64 * MIB)
        .default(64 * MIB),
      /** What all answers that are read whole take of the memory together; one for which there is no room fails as `overloaded`. */
      answersMaxBytes: z
        .int()
        .min(1)
        .default(1_024 * MIB),
    })
    .prefault({}),
});
export type Config = z.infer<typeof Config>;
