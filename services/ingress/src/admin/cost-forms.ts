import { z } from "zod";

export const COST_DIMENSIONS = [
  "tenant",
  "team",
  "project",
  "key",
  "provider",
  "model",
  "result",
  "day",
  "month",
] as const;
export type CostDimension = (typeof COST_DIMENSIONS)[number];

const Time = z.string().transform((text, context) => {
  const ms = /^\d{1,15}$/.test(text) ? Number(text) : Date.parse(text);
  if (!Number.isNaN(ms)) return ms;
  context.addIssue({ code: "custom", message: "expected Unix milliseconds or an ISO date" });
  return z.NEVER;
});

export const CostQuery = z.strictObject({
  /** What the sums are split by, with commas. */
  by: z
    .string()
    .max(256)
    .default("team,model")
    .transform((text) => text.split(",").map((part) => part.trim()))
    .pipe(z.array(z.enum(COST_DIMENSIONS)).min(1).max(COST_DIMENSIONS.length)),
  /** Of the outcomes' time: from this on, and before that. */
  from: Time.optional(),
  to: Time.optional(),
  format: z.enum(["json", "csv"]).default("json"),
});

export const CostRow = z.strictObject({
  /** The values of what it is split by; null where nobody knows. */
  by: z.partialRecord(z.enum(COST_DIMENSIONS), z.string().nullable()),
  requests: z.int(),
  /** Of these: whose cost is not known, because an attempt has no price or nobody saw its end. */
  unpriced: z.int(),
  /** Exact. */
  costUsd: z.string(),
  costPicoUsd: z.string(),
});
export type CostRow = z.infer<typeof CostRow>;

export const CostReport = z.strictObject({
  object: z.literal("costs"),
  from: z.iso.datetime().nullable(),
  to: z.iso.datetime().nullable(),
  total: CostRow.omit({ by: true }),
  data: z.array(CostRow),
});
export type CostReport = z.infer<typeof CostReport>;
