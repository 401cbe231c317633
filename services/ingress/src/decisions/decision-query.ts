import { PicoUsd, TenantId } from "@signalbox/proto";
import { z } from "zod";
import { TimeParameter } from "../http/time-parameter.ts";

const LIMIT_DEFAULT = 50;
const LIMIT_MAX = 500;

/** The query parameters of `GET /v1/decisions`; infra/config/DECISIONS.md lists the same. */
export const DecisionQuery = z.strictObject({
  from: TimeParameter.optional().describe("made at this time or later: Unix milliseconds, or an ISO date"),
  to: TimeParameter.optional().describe("made before this time"),
  key: z.string().max(64).optional().describe("the id of the key that asked"),
  model: z
    .string()
    .max(256)
    .optional()
    .describe("the model that was chosen or that answered; for a refusal, the one that was asked for"),
  provider: z.string().max(64).optional().describe("the provider that was chosen or that answered"),
  kind: z
    .enum(["route", "refuse", "serve-cached"])
    .optional()
    .describe("what was decided: route, refuse or serve-cached"),
  tag: z.string().min(1).max(128).optional().describe("a tag that requests of the caller's own tenant had"),
  reason: z.string().min(1).max(256).optional().describe("words of the reason, or of a refusal's message"),
  min_cost_pico_usd: PicoUsd.optional().describe("requests that cost at least so much"),
  max_cost_pico_usd: PicoUsd.optional().describe("requests that cost at most so much"),
  tenant: TenantId.optional().describe("whose decisions; another tenant's needs the right `reach-all-tenants`"),
  limit: z.coerce
    .number()
    .int()
    .min(1)
    .max(LIMIT_MAX)
    .default(LIMIT_DEFAULT)
    .describe(`how many on a page: ${LIMIT_DEFAULT}, or up to ${LIMIT_MAX}`),
  order: z.enum(["asc", "desc"]).default("desc").describe("desc, the newest first, unless it is asc"),
  before: z.coerce.number().int().min(1).optional().describe("with desc: the previous page's next_before"),
  from_index: z.coerce.number().int().min(0).default(0).describe("with asc: the previous page's next_from_index"),
});
export type DecisionQuery = z.infer<typeof DecisionQuery>;

/** A page of decisions. It may hold fewer than were asked for, or none, and still have a next one. */
export const DecisionPage = z.strictObject({
  object: z.literal("list"),
  data: z.array(
    z.looseObject({
      object: z.literal("decision"),
      index: z.int().describe("its leaf in the register"),
      decisionId: z.string().nullable(),
      requestId: z.string().nullable(),
      decision: z.looseObject({}).nullable().describe("the event as it was signed; null where none was made"),
      outcome: z.looseObject({}).nullable().describe("the event as it was signed; null while the request runs"),
      related: z.array(z.looseObject({})).describe("other events of the request"),
      labels: z.looseObject({}).nullable().describe("user, metadata and tags in plain text, until they are erased"),
      explanation: z.array(z.string()),
    }),
  ),
  has_more: z.boolean(),
  next_before: z.int().nullable().describe("with desc: where the next page begins"),
  next_from_index: z.int().nullable().describe("with asc: where the next page begins"),
});
