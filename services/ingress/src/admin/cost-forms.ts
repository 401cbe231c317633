import { Digest, PriceTier } from "@signalbox/proto";
import { z } from "zod";
import { TimeParameter } from "../http/time-parameter.ts";
import { TimeZone } from "./key-forms.ts";

const COST_DIMENSIONS = [
  "tenant",
  "team",
  "project",
  "user",
  "end-user",
  "key",
  "tag",
  "provider",
  "model",
  "result",
  "catalogue",
  "day",
  "month",
] as const;
export type CostDimension = (typeof COST_DIMENSIONS)[number];

export const CostQuery = z.strictObject({
  /** The dimensions that the sums are split by, separated by commas. */
  by: z
    .string()
    .max(256)
    .default("team,model")
    .transform((text) => text.split(",").map((part) => part.trim()))
    .pipe(z.array(z.enum(COST_DIMENSIONS)).min(1).max(COST_DIMENSIONS.length)),
  /** Outcomes from this time on, and before that one. */
  from: TimeParameter.optional(),
  to: TimeParameter.optional(),
  /** The time zone of days and months. */
  timeZone: TimeZone.default("UTC"),
  /** A model by its name, its family or `provider/model`: what it would have cost instead. */
  baseline: z.string().min(1).max(256).optional(),
  format: z.enum(["json", "csv"]).default("json"),
});

/** Whole pico-USD, negative where the baseline is cheaper. */
const Signed = z.string().regex(/^-?[0-9]+$/);

/** What the requests that can be compared cost, and would have cost by the baseline's price. */
const Compared = z.strictObject({
  requests: z.int(),
  costPicoUsd: z.string(),
  baselinePicoUsd: z.string(),
  savingsUsd: z.string(),
  savingsPicoUsd: Signed,
  /** Answered requests left out because their catalogue has no price of the baseline, or their own cost or tokens are unknown. */
  withoutPrice: z.int(),
  unknown: z.int(),
});
type Compared = z.infer<typeof Compared>;

/** Sums over requests. A cost belongs to the endpoint of its attempt, a request to the one of its last. */
export const CostSums = z.strictObject({
  requests: z.int(),
  /** Of these, requests of unknown cost: an attempt has no price, or the request was abandoned. */
  unpriced: z.int(),
  /** Exact. */
  costUsd: z.string(),
  costPicoUsd: z.string(),
  /** Of the unpriced, the abandoned requests, and the most that these could cost; it is no part of the cost. */
  abandoned: z.int(),
  abandonedEstimatePicoUsd: z.string(),
  inputTokens: z.int(),
  outputTokens: z.int(),
  compared: Compared.optional(),
});
export type CostSums = z.infer<typeof CostSums>;

export const CostRow = z.strictObject({
  /** The value of each dimension; null where it is unknown. */
  by: z.partialRecord(z.enum(COST_DIMENSIONS), z.string().nullable()),
  ...CostSums.shape,
});
export type CostRow = z.infer<typeof CostRow>;

export const Baseline = z.strictObject({
  model: z.string(),
  formula: z.string(),
  /** The endpoint in each price list whose price was used. */
  prices: z.array(z.strictObject({ catalogue: Digest, endpoint: z.string(), tiers: z.array(PriceTier) })),
});
export type Baseline = z.infer<typeof Baseline>;

export const CostReport = z.strictObject({
  object: z.literal("costs"),
  from: z.iso.datetime().nullable(),
  to: z.iso.datetime().nullable(),
  timeZone: z.string(),
  total: CostSums,
  /** Split by tag, a request counts in the row of each of its tags, and once in the total. */
  data: z.array(CostRow),
  /** There are more rows than one answer holds. */
  hasMore: z.boolean(),
  /** The price lists that requests were decided by, as `GET /admin/v1/prices` shows them. */
  catalogues: z.array(z.strictObject({ catalogue: Digest, requests: z.int() })),
  baseline: Baseline.optional(),
});
export type CostReport = z.infer<typeof CostReport>;
