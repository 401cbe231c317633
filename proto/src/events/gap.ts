import { z } from "zod";
import { systemEventHead } from "./event.ts";

/** More ranges than this stand in a further event. */
export const GAP_RANGES_MAX = 256;

/**
 * `event.gap`, made by the ledger: a producer's sequence numbers for which the register has had no leaf for a while. What
 * bore them was lost on the way, given up on by its producer (whose caller was told that nothing was recorded), or kept
 * aside as unfit; the register cannot tell which. A late arrival is appended as usual, and the event stands all the same.
 */
export const GapEvent = z.strictObject({
  schema: z.literal("signalbox.event.gap.v1"),
  ...systemEventHead,
  /** Whose numbers they are. */
  service: z.string().max(32),
  instance: z.string().max(64),
  /** From the first to the last of each, both missing, in ascending order. */
  missing: z
    .array(z.strictObject({ first: z.int().min(1), last: z.int().min(1) }))
    .min(1)
    .max(GAP_RANGES_MAX),
});
export type GapEvent = z.infer<typeof GapEvent>;
