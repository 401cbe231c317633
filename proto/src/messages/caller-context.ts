import { z } from "zod";
import { Micro } from "../ids.ts";

const Name = z.string().min(1).max(64);

/** What policies may read of a caller and a request beside the facts; unknown fields are absent. */
export const CallerContext = z.strictObject({
  team: Name.optional(),
  project: Name.optional(),
  user: Name.optional(),
  /** The service account that asks, where no user does. */
  serviceAccount: Name.optional(),
  /** Without `member`, which everybody is. */
  roles: z.array(Name).max(16).optional(),
  /** Where the request came in. */
  region: Name.optional(),
  /** In plain text. A decision records only those that the policy in force names. */
  tags: z.array(z.string().min(1).max(128)).max(16).optional(),
  /** From the header `x-signalbox-signals`. A decision records only those whose name and value the policy in force names. */
  signals: z.record(z.string().max(48), z.string().max(128)).optional(),
  /** Types of what was found in the content, never the content. */
  content: z.array(z.string().max(48)).max(32).optional(),
});
export type CallerContext = z.infer<typeof CallerContext>;

/** The part of a decision's input that only a policy's rules read; absent when the policy has none. */
export const DecisionContext = z.strictObject({
  ...CallerContext.shape,
  /** How far the policy's time zone is ahead of UTC at the decision's time. */
  utcOffsetMinutes: z.int().min(-1_440).max(1_440),
  /** The used or reserved share of the tightest budget; absent where the request is charged to none. */
  budgetUsed: Micro.optional(),
});
export type DecisionContext = z.infer<typeof DecisionContext>;
