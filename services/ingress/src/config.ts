import { grpcClientFields, postgresFields, serviceFields, signingFields } from "@signalbox/kit";
import { OPERATIONS, TenantId } from "@signalbox/proto";
import { z } from "zod";
import { BrowserOrigin } from "./http/browser-origins.ts";
import { areDistinct, IssuerConfig, JwksConfig } from "./identity/issuer-config.ts";
import { Network } from "./identity/origin.ts";

const MIB = 1024 * 1024;
const DAY_SECONDS = 86_400;

/** The tenants whose content is kept (`*`: all of them; none by default), for how long, and how much of it. */
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
      /** A larger entry is not kept, or cut where the field says so. */
      entryMaxBytes: z
        .int()
        .min(1)
        .max(64 * MIB)
        .default(defaults.entryMaxBytes),
      /** Of one tenant in all; the oldest entries are deleted first. */
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
      /** Requests in work at once; one tenant may take three quarters where there are others. Beyond that: 503 with Retry-After. */
      inFlightMax: z.int().min(1).default(2_048),
      /** The memory that their bodies take together, shared and refused in the same way. */
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
  /** File with the operator's gRPC token; without it, also callers who reach all tenants read the records of their own alone. */
  operatorTokenFile: z.string().nullable().default(null),
  /** File with the secret (pepper) of the keyed hash of virtual keys; whoever makes keys needs the same one. */
  pepperFile: z.string().default("./.signalbox/keys/pepper"),
  identity: z
    .strictObject({
      /** The tenant that runs the line: the rights of its keys and tokens reach all tenants, those of others their own. */
      operatorTenant: TenantId.default("default"),
      /** Proxies whose `X-Forwarded-For` says where a request comes from. */
      trustedProxies: z.array(Network).max(64).default([]),
      /** The issuers whose tokens are accepted in place of a key. */
      issuers: z.array(IssuerConfig).max(16).refine(areDistinct, "an issuer stands here twice").default([]),
      jwks: JwksConfig.prefault({}),
    })
    .prefault({}),
  /** The catalogue document (JSON), for /v1/models; read again when it changes. */
  cataloguePath: z.string().default("./.signalbox/catalogue.json"),
  /** A JSON document, read at the start, of the hosts that would serve models which the catalogue lacks; null: errors name none. */
  hostsPath: z.string().nullable().default(null),
  /** The region of this ingress, for a policy's rules; null: not said. */
  region: z.string().min(1).max(64).nullable().default(null),
  /** The guardrails document (JSON); without one, nothing is looked for in requests. */
  guardPath: z.string().nullable().default(null),
  /** By operation: models that would serve it, which an error names when none is configured. */
  offers: z.partialRecord(z.enum(OPERATIONS), z.array(z.string().max(256)).max(64)).default({}),
  /** async: records are acknowledged by the AUDIT queue before an answer leaves. sync: by the ledger's commit. */
  audit: z.enum(["async", "sync"]).default("async"),
  cache: z
    .strictObject({
      /** false marks every request as not to be looked up or kept. */
      enabled: z.boolean().default(true),
    })
    .prefault({}),
  /** Responses stored at their callers' request (`store: true`), each with its whole conversation. */
  responses: keptFor({ entryMaxBytes: 4 * MIB, tenantMaxBytes: 256 * MIB }),
  /** Retained requests and answers; of a larger answer its beginning. */
  content: keptFor({ entryMaxBytes: MIB, tenantMaxBytes: 1_024 * MIB }),
  deadlines: z
    .strictObject({
      /** One try of the line, from classification to a dispatcher's claim. */
      attemptTimeoutMs: z.int().min(50).default(3_000),
      /**
       * All tries and the record of their end: by then a dispatcher has the request, or the client is told why not, even while
       * the register is away. The last 2.5 s, or the last quarter where that is less, are reserved for the record.
       */
      pipelineTimeoutMs: z.int().min(50).default(10_000),
      /** From the claim to the last byte of the answer. */
      answerTimeoutMs: z.int().min(1_000).default(3_600_000),
      /** A client that reads nothing of its answer for so long is cut off. */
      stalledClientTimeoutMs: z.int().min(100).default(120_000),
    })
    .prefault({}),
});
export type Config = z.infer<typeof Config>;
