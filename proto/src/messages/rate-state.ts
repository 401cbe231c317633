import { z } from "zod";
import { Count } from "../ids.ts";

/** A limit on how much may be asked at a time, as it stands after this request: what the caller is told of it. */
export const RateState = z.strictObject({
  unit: z.enum(["requests", "tokens"]),
  limit: Count,
  remaining: Count,
  /** Until all of it is there again, if nothing more is asked. */
  resetMs: Count,
});
export type RateState = z.infer<typeof RateState>;

/** The tightest of each unit. */
export const RateStates = z.array(RateState).max(2);
