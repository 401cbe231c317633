import { z } from "zod";
import { RECORDED_WITHIN_MS } from "./expire-leases.ts";

export const BudgetsConfig = z.strictObject({
  /** How soon a change of a budget or a key holds here. */
  pollMs: z.int().min(10).max(60_000).default(250),
  /**
   * How long a lease holds. For so long requests go on without Postgres, and what a killed instance held stays out of the
   * others' reach.
   */
  leaseMs: z.int().min(500).max(3_600_000).default(120_000),
  /** How often leases of dead instances are looked for. */
  expireEveryMs: z.int().min(50).max(600_000).default(5_000),
  /** After the end of a lease, decisions of its holder may still be on their way into the register. */
  recordedWithinMs: z.int().min(0).max(60_000).default(RECORDED_WITHIN_MS),
  /** Where alerts are posted, signed with the secret in the file; null: nowhere. */
  webhook: z
    .strictObject({ url: z.url({ protocol: /^https?$/ }).max(2_048), secretFile: z.string().min(1) })
    .nullable()
    .default(null),
});
export type BudgetsConfig = z.infer<typeof BudgetsConfig>;
