import { z } from "zod";
import { Count } from "../ids.ts";

/** A rate limit as it stands after this request, for the answer's headers. */
export const RateState = z.strictObject({
  unit: z.enum(["requests", "tokens"]),
  limit: Count,
  remaining: Count,
  /** Until the whole limit is available again, if nothing more is asked. */
  resetMs: Count,
});
export type RateState = z.infer<typeof RateState>;

/** The tightest limit of each unit. */
export const RateStates = z.array(RateState).max(2);
