import { z } from "zod";
import { BUDGET_UNITS, BudgetId } from "../events/budget.ts";
import { Count, Micro, PicoUsd } from "../ids.ts";

/** Sent on BUDGET_NOTICE_SUBJECT. */
export const BudgetNotice = z.discriminatedUnion("kind", [
  /** A share of a budget at which an alert was asked for is spent; sent once for each window. */
  z.strictObject({
    kind: z.literal("alert"),
    budget: BudgetId,
    /** Of a budget with an account for each subject: whose account it is. */
    subject: z.string().max(128).optional(),
    unit: z.enum(BUDGET_UNITS),
    /** The beginning of the window, in Unix milliseconds; 0 for one that has none. */
    startsMs: Count,
    share: Micro,
    settled: PicoUsd,
    amount: PicoUsd,
  }),
  /** An instance asks the others to give back what they hold unused. */
  z.strictObject({
    kind: z.literal("recall"),
    budget: BudgetId,
    subject: z.string().max(128).optional(),
    startsMs: Count,
    instance: z.string().max(64),
  }),
]);
export type BudgetNotice = z.infer<typeof BudgetNotice>;
