import { z } from "zod";

/** Where a text may go: it holds for whatever goes on from that text, too. What is unknown of an endpoint is not it. */
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
