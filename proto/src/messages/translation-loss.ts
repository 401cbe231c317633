import { z } from "zod";

/** Why something of a request or an answer does not arrive as it was written. */
const LOSS_REASONS = [
  /** The target has no place for it: it is left out. */
  "no-equivalent",
  /** The target has something near, which stands in for it. */
  "approximated",
  /** The target takes a narrower range: the nearest value stands in for it. */
  "out-of-range",
  /** The target takes it, but not together with something else that the request holds: it is left out. */
  "conflict",
  /** Signed or encrypted state, or a provider's own part, that only the wire it comes from can read: it is left out. */
  "foreign",
  /** A field that the caller's dialect does not define: what it means is not known, and it is left out. */
  "unknown-field",
] as const;
export type LossReason = (typeof LOSS_REASONS)[number];

/** One thing that a translation between two formats lost or changed. It names places and kinds, never content. */
export const TranslationLoss = z.strictObject({
  /** Where it stands in the source, e.g. `messages[3].parts[1].cache`, or in the source's own words for an unknown field. */
  path: z.string().max(256),
  /** What it is: a kind of the neutral form, e.g. `cache-mark`, `image`, `top-k`. */
  what: z.string().max(64),
  why: z.enum(LOSS_REASONS),
});
export type TranslationLoss = z.infer<typeof TranslationLoss>;
