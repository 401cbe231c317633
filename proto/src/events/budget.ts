import { z } from "zod";
import { Selector } from "../documents/policy-rule.ts";
import { PicoUsd } from "../ids.ts";

/** Unique within its tenant, or among the budgets of no one tenant. */
export const BudgetName = z
  .string()
  .regex(/^[a-z0-9][a-z0-9-]{0,62}$/, "a name of lower-case letters, digits and hyphens, at most 63");
/** A budget's name across all tenants: its own name, after its tenant's where it has one, as in `acme/team-red`. */
export const BudgetId = z.string().regex(/^([a-z0-9][a-z0-9-]{0,62}\/)?[a-z0-9][a-z0-9-]{0,62}$/);
const LeaseId = z.string().min(1).max(64);

/** What is counted: money as billed, tokens of input and output together, or requests. */
export const BUDGET_UNITS = ["pico-usd", "tokens", "requests"] as const;
export type BudgetUnit = (typeof BUDGET_UNITS)[number];

/** A budget that a request is charged to, and how much of it the deciding instance holds at this moment. */
export const BudgetState = z.strictObject({
  budget: BudgetId,
  unit: z.enum(BUDGET_UNITS),
  /**
   * rate: a limit per minute; concurrency: a limit on requests at once. Beyond either, requests are refused as
   * `rate-limited`. Absent: a budget.
   */
  kind: z.enum(["rate", "concurrency"]).optional(),
  /** The endpoints whose use is charged to it; absent: all. */
  endpoints: Selector.optional(),
  /** The lease held; `none`, with nothing left, where the instance holds none. */
  lease: LeaseId,
  /** A whole number of the unit, as a decimal string. */
  left: PicoUsd,
});
export type BudgetState = z.infer<typeof BudgetState>;

/** What a decision reserves of a budget, and from which lease: the most that its plan can cost. */
export const BudgetReservation = z.strictObject({ budget: BudgetId, lease: LeaseId, amount: PicoUsd });
export type BudgetReservation = z.infer<typeof BudgetReservation>;
