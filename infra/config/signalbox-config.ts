import { BrowserOrigin } from "@signalbox/ingress/http/browser-origins";
import { STREAM_MAX_OUTPUT_TOKENS } from "@signalbox/proto";
import { z } from "zod";
import { ProvidersConfig } from "../catalogue/providers-config.ts";
import { GuardrailsConfig } from "./guardrails-config.ts";
import { IdentityConfig } from "./identity-config.ts";
import { RetentionConfig } from "./retention-config.ts";
import { section } from "./section.ts";

const KIB = 1024;
const MIB = 1024 * KIB;
const GIB = 1024 * MIB;
const HOUR_SECONDS = 3_600;
const DAY_MS = 24 * HOUR_SECONDS * 1_000;

const Pattern = z.string().min(1).max(256);

const cache = section({
  enabled: z.boolean().default(true).describe("Whether exact answers are kept and served again to the same tenant."),
  ttlSeconds: z
    .int()
    .min(1)
    .max(7 * 24 * HOUR_SECONDS)
    .default(HOUR_SECONDS)
    .describe("How long an answer may be served again. A week at the most."),
  maxBytes: z.int().min(0).default(GIB).describe("Kept in the database altogether; the oldest answers go first."),
  memoryMaxBytes: z
    .int()
    .min(0)
    .default(64 * MIB)
    .describe("Of these, held in memory."),
  entryMaxBytes: z
    .int()
    .min(1)
    .max(64 * MIB)
    .default(2 * MIB)
    .describe("A larger answer is not kept. Writing a cached chat holds up other requests for about 6 ms a mebibyte."),
});

const limits = section({
  bodyMaxBytes: z
    .int()
    .min(KIB)
    .max(64 * MIB)
    .default(32 * MIB)
    .describe("A larger request body is answered with 413."),
  bodyTimeoutMs: z
    .int()
    .min(100)
    .max(DAY_MS)
    .default(60_000)
    .describe("A body that takes longer to arrive is answered with 408."),
  inFlightMax: z
    .int()
    .min(1)
    .max(100_000)
    .default(2_048)
    .describe(
      "Requests in work at once; where there are several tenants, one may take three quarters of them. One more is answered with 503.",
    ),
  bodiesMaxBytes: z
    .int()
    .min(MIB)
    .default(1_024 * MIB)
    .describe(
      "The memory that the bodies of requests in work take together, shared among tenants in the same way. One for which there is no room is answered with 503.",
    ),
  pipelineTimeoutMs: z
    .int()
    .min(50)
    .max(600_000)
    .default(10_000)
    .describe(
      "From admission until a dispatcher has the request, or the client is told why none does: all tries together, also while the register is away.",
    ),
  answerTimeoutMs: z
    .int()
    .min(1_000)
    .max(DAY_MS)
    .default(HOUR_SECONDS * 1_000)
    .describe("From there to the last byte of the answer, all endpoints that are tried together."),
  stalledClientTimeoutMs: z
    .int()
    .min(100)
    .max(DAY_MS)
    .default(120_000)
    .describe("A client that reads nothing of its answer for so long is cut off."),
  auditMaxBytes: z
    .int()
    .min(64 * KIB)
    .default(GIB)
    .describe("Events that wait for the register. A full queue refuses requests with 503; it never drops an event."),
  auditMaxMessages: z
    .int()
    .min(1)
    .default(1_000_000)
    .describe("The same, as a number of messages of one or more events."),
});

const policy = section({
  strategy: z
    .enum(["value", "cost", "latency", "quality"])
    .default("value")
    .describe(
      "What `model: auto` means: `value` takes the cheapest that is good enough for the difficulty; the others take the cheapest, the fastest or the best.",
    ),
  allow: z
    .array(Pattern)
    .max(1024)
    .default(["*"])
    .describe("Patterns over `provider/model` and model names, with `*`; an endpoint must match one of them."),
  deny: z.array(Pattern).max(1024).default([]).describe("The same; an endpoint must match none of them."),
  planMax: z.int().min(1).max(8).default(4).describe("Endpoints that are tried for one request at the most."),
  translation: z
    .enum(["shadow", "enforce"])
    .default("shadow")
    .describe(
      "What becomes of a request that a provider's wire format cannot carry whole: `shadow` sends it and records what was lost, `enforce` sends it only where nothing is lost and refuses it with 422 otherwise.",
    ),
  defaultMaxOutputTokens: z
    .int()
    .min(1)
    .default(16_384)
    .describe("The bound on output tokens of a request that names none."),
  streamMaxOutputTokens: z
    .int()
    .min(1)
    .default(STREAM_MAX_OUTPUT_TOKENS)
    .describe(
      "The same for a stream that no budget holds for: it may be as long as its model can write, up to so many tokens. `1` leaves it at `defaultMaxOutputTokens`.",
    ),
});

const budgets = section({
  leaseSeconds: z
    .int()
    .min(2)
    .max(HOUR_SECONDS)
    .default(120)
    .describe(
      "How long an instance may spend its part of a budget without asking the database. When the database is away, requests go on for at least two thirds of it; what a killed instance held is out of the others' reach for so long.",
    ),
  webhook: section({
    url: z
      .url({ protocol: /^https?$/ })
      .max(2_048)
      .describe("Where alerts are posted when a share of a budget is spent."),
    secretFile: z
      .string()
      .min(1)
      .describe(
        "A file with the secret that alerts are signed with (Standard Webhooks, HMAC-SHA256): 16 bytes or more.",
      ),
  })
    .optional()
    .describe("Where alerts are delivered; each is posted until it is taken, for a day at the most."),
});

/** The one file that an operator writes. Every field has a default that works; the descriptions make its reference. */
export const SignalboxConfig = section({
  providers: ProvidersConfig.default({}).describe(
    "Where requests may go, by name. A provider given here replaces the automatic registration of all others.",
  ),
  autoProviders: z
    .boolean()
    .default(false)
    .describe(
      "Register what is found too, beside `providers`: those whose key stands in the environment, and model servers on localhost.",
    ),
  region: z
    .string()
    .min(1)
    .max(64)
    .nullable()
    .default(null)
    .describe("Where this line takes requests in; policies read it as `region`."),
  browserOrigins: z
    .array(BrowserOrigin)
    .max(64)
    .default([])
    .describe(
      "Origins, such as `https://app.example`, whose pages in browsers may call what vendors' SDKs call; `*` for any. A page's visitors can read the key that it calls with.",
    ),
  audit: z
    .enum(["async", "sync"])
    .default("async")
    .describe(
      "When a record counts as made: `async` once the durable queue has it, `sync` once the register has committed it.",
    ),
  cache: cache.prefault({}).describe("Exact answers, kept and served again."),
  limits: limits.prefault({}).describe("What is refused rather than taken in."),
  retention: RetentionConfig.prefault({}).describe("What is kept, and for how long."),
  policy: policy.prefault({}).describe("How an endpoint is chosen."),
  budgets: budgets.prefault({}).describe("How budgets and limits are held; they are made with `budgets create`."),
  identity: IdentityConfig.prefault({}).describe("Who may ask, beside the bearers of keys, and from where."),
  guardrails: GuardrailsConfig.prefault({}).describe("What may not leave the house, and what may not come in."),
  register: section({
    origin: z
      .string()
      .regex(/^[^\s+]{1,255}$/, "a name without space or plus sign")
      .default("signalbox.local/register")
      .describe("The register's name on every checkpoint. It can never change for one home folder."),
    witnessPolicy: z
      .string()
      .nullable()
      .default(null)
      .describe("C2SP tlog-policy file with the witnesses that cosign checkpoints, their URLs and the quorum."),
    unwitnessedAfterSeconds: z
      .int()
      .min(0)
      .nullable()
      .default(60)
      .describe("How long a checkpoint waits for its quorum before it is published without; null waits for ever."),
  })
    .prefault({})
    .describe("The register of decisions."),
  log: section({
    level: z
      .enum(["trace", "debug", "info", "warn", "error", "fatal", "silent"])
      .default("info")
      .describe("Of the services' log files below `<home>/logs`."),
    maxBytes: z
      .int()
      .min(0)
      .default(64 * MIB)
      .describe(
        "The size at which each of these files, and those of PostgreSQL and NATS, is copied to `<name>.log.1`, in place of the one before, and emptied. `0`: it grows without end.",
      ),
  })
    .prefault({})
    .describe("What the services write down of their own doings; never a prompt."),
});
export type SignalboxConfig = z.infer<typeof SignalboxConfig>;
