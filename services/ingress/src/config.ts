import { grpcClientFields, postgresFields, serviceFields, signingFields } from "@signalbox/kit";
import { OPERATIONS, TenantId } from "@signalbox/proto";
import { z } from "zod";
import { BrowserOrigin } from "./http/browser-origins.ts";
import { areDistinct, IssuerConfig, JwksConfig } from "./identity/issuer-config.ts";
import { Network } from "./identity/origin.ts";

const MIB = 1024 * 1024;
const DAY_SECONDS = 86_400;

/** Whose content is kept (`*`: that of all tenants), and how much of it: nobody's, unless somebody is named. */
function keptFor(defaults: { entryMaxBytes: number; tenantMaxBytes: number }) {
  return z
    .strictObject({
      tenants: z
        .array(z.union([TenantId, z.literal("*")]))
        .max(1_024)
        .default([]),
      ttlSeconds: z
        .int()
        .min(1)
        .max(365 * DAY_SECONDS)
        .default(30 * DAY_SECONDS),
      /** What is larger is not kept. */
      entryMaxBytes: z
        .int()
        .min(1)
        .max(64 * MIB)
        .default(defaults.entryMaxBytes),
      /** Of one tenant; the oldest go first. */
      tenantMaxBytes: z.int().min(1).default(defaults.tenantMaxBytes),
    })
    .prefault({});
}

export const Config = z.strictObject({
  ...serviceFields,
  ...signingFields,
  ...grpcClientFields,
  ...postgresFields,
  http: z
    .strictObject({
      host: z.string().default("127.0.0.1"),
      /** 0 takes a free port. */
      port: z.int().min(0).max(65_535).default(8_790),
      /** A larger request body is answered with 413. */
      bodyMaxBytes: z
        .int()
        .min(1_024)
        .max(64 * MIB)
        .default(32 * MIB),
      /** A body that takes longer to arrive is answered with 408. */
      bodyTimeoutMs: z.int().min(100).default(60_000),
      /** Chat requests in work at once, of one tenant beside others three quarters of them; beyond them the answer is 503 with Retry-After. */
      inFlightMax: z.int().min(1).default(2_048),
      /** What their bodies take of the memory together, in the same shares; beyond it as well. */
      bodiesMaxBytes: z
        .int()
        .min(1_024)
        .default(1_024 * MIB),
      /** Origins whose pages may call the routes of vendors' SDKs from a browser. */
      browserOrigins: z.array(BrowserOrigin).max(64).default([]),
    })
    .prefault({}),
  /** `host:port` of the ledger's gRPC server, for /v1/decisions and /v1/events. */
  ledgerAddress: z.string().default("127.0.0.1:8486"),
  /**
   * File with the operator's gRPC token: with it, keys of roles that reach all tenants read the records of all; without it,
   * those of their own tenant.
   */
  operatorTokenFile: z.string().nullable().default(null),
  /** File with the secret under which virtual keys are hashed; whoever makes keys uses the same one. */
  pepperFile: z.string().default("./.signalbox/keys/pepper"),
  identity: z
    .strictObject({
      /** The tenant that runs the line: rights of its bearers reach all tenants, those of others their own alone. */
      operatorTenant: TenantId.default("default"),
      /** Proxies whose `X-Forwarded-For` says where a request comes from. */
      trustedProxies: z.array(Network).max(64).default([]),
      /** Whose tokens are taken in place of a key. */
      issuers: z.array(IssuerConfig).max(16).refine(areDistinct, "an issuer stands here twice").default([]),
      jwks: JwksConfig.prefault({}),
    })
    .prefault({}),
  /** The catalogue document (JSON), for /v1/models; read again when it changes. */
  cataloguePath: z.string().default("./.signalbox/catalogue.json"),
  /** A JSON document of who would serve what the catalogue has not, read at the start; without one nobody is told. */
  hostsPath: z.string().nullable().default(null),
  /** Where requests come in, as the rules of a policy may read it; null when that is not said. */
  region: z.string().min(1).max(64).nullable().default(null),
  /** The guardrails document (JSON); without one, nothing is looked for in requests. */
  guardPath: z.string().nullable().default(null),
  /** By operation: models that would serve it and are not configured, for who asks when none is. */
  offers: z.partialRecord(z.enum(OPERATIONS), z.array(z.string().max(256)).max(64)).default({}),
  /** async: records are acknowledged by the AUDIT queue before an answer leaves. sync: by the ledger's commit. */
  audit: z.enum(["async", "sync"]).default("async"),
  cache: z
    .strictObject({
      /** false marks every request as not to be looked up or kept. */
      enabled: z.boolean().default(true),
    })
    .prefault({}),
  /** Responses that callers ask to be kept, for `previous_response_id` and to be retrieved, each with all that it goes on from. */
  responses: keptFor({ entryMaxBytes: 4 * MIB, tenantMaxBytes: 256 * MIB }),
  /** Requests and answers that are retained, encrypted; of a larger answer its beginning. */
  content: keptFor({ entryMaxBytes: MIB, tenantMaxBytes: 1_024 * MIB }),
  deadlines: z
    .strictObject({
      /** One try of the line, from classification to a dispatcher's claim. */
      attemptTimeoutMs: z.int().min(50).default(3_000),
      /**
       * All tries together, and the record of how they ended: by then a dispatcher has the request, or its client is told
       * why not, also while the register is away. Of it 2.5 s, or a quarter, are the record's.
       */
      pipelineTimeoutMs: z.int().min(50).default(10_000),
      /** From the claim to the last byte of the answer. */
      answerTimeoutMs: z.int().min(1_000).default(3_600_000),
      /** A client that reads nothing of its answer for so long is taken for gone. */
      stalledClientTimeoutMs: z.int().min(100).default(120_000),
    })
    .prefault({}),
});
export type Config = z.infer<typeof Config>;
