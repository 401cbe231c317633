import { z } from "zod";
import { BUDGET_UNITS, BudgetId } from "../events/budget.ts";
import { Count, Micro, PicoUsd } from "../ids.ts";

/** On BUDGET_NOTICE_SUBJECT. */
export const BudgetNotice = z.discriminatedUnion("kind", [
  /** A share of a budget that somebody wanted to hear of is spent; told once for each window. */
  z.strictObject({
    kind: z.literal("alert"),
    budget: BudgetId,
    /** Whose account it is, of a budget of which everybody has one. */
    subject: z.string().max(128).optional(),
    unit: z.enum(BUDGET_UNITS),
    /** The beginning of the window, in Unix milliseconds; 0 for one that has none. */
    startsMs: Count,
    share: Micro,
    settled: PicoUsd,
    amount: PicoUsd,
  }),
  /** One instance needs what others hold unused. */
  z.strictObject({
    kind: z.literal("recall"),
    budget: BudgetId,
    subject: z.string().max(128).optional(),
    startsMs: Count,
    instance: z.string().max(64),
  }),
]);
export type BudgetNotice = z.infer<typeof BudgetNotice>;
