import { z } from "zod";

/** Where a conversation may go, in this request and whatever continues it. What is unknown of an endpoint does not meet it. */
export const Residency = z.strictObject({
  /** Patterns with `*` over the endpoint's region. */
  regions: z.array(z.string().min(1).max(64)).min(1).max(32).optional(),
  zeroRetention: z.literal(true).optional(),
  /** No model is trained on what is sent. */
  noTraining: z.literal(true).optional(),
});
export type Residency = z.infer<typeof Residency>;

/** All of them hold. */
export const Residencies = z.array(Residency).min(1).max(32);
