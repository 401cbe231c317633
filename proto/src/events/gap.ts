import { z } from "zod";
import { systemEventHead } from "./event.ts";

/** More ranges than this stand in a further event. */
export const GAP_RANGES_MAX = 256;

/**
 * `event.gap`, made by the ledger: sequence numbers of a producer for which the register has had no leaf for a while. Their
 * events were lost on the way, given up by their producer (whose caller was told so), or put into quarantine; the register
 * cannot tell which. One that arrives late is appended as usual, and the gap event stays.
 */
export const GapEvent = z.strictObject({
  schema: z.literal("signalbox.event.gap.v1"),
  ...systemEventHead,
  /** The producer. */
  service: z.string().max(32),
  instance: z.string().max(64),
  /** From the first to the last of each, both missing, in ascending order. */
  missing: z
    .array(z.strictObject({ first: z.int().min(1), last: z.int().min(1) }))
    .min(1)
    .max(GAP_RANGES_MAX),
});
export type GapEvent = z.infer<typeof GapEvent>;
