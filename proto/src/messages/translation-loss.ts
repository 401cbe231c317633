import { z } from "zod";

/** Why something of a request or an answer does not arrive as it was written. */
const LOSS_REASONS = [
  /** The target has no place for it: it is left out. */
  "no-equivalent",
  /** The target has something similar, which stands in for it. */
  "approximated",
  /** The target takes a narrower range: the nearest value stands in for it. */
  "out-of-range",
  /** The target does not take it together with something else in the request: it is left out. */
  "conflict",
  /** Signed or encrypted state, or a provider's own part, that only the wire it comes from can read: it is left out. */
  "foreign",
  /** A field that the caller's dialect does not define: what it means is not known, and it is left out. */
  "unknown-field",
  /** The line decides this itself and records what it decided: the caller's other choice is left out. */
  "overruled",
] as const;
export type LossReason = (typeof LOSS_REASONS)[number];

/** One thing that a translation between two formats lost or changed. It names places and kinds, never content. */
export const TranslationLoss = z.strictObject({
  /** Its place, e.g. `messages[3].parts[1].cache` in the neutral form; for an unknown field, its path in the source. */
  path: z.string().max(256),
  /** What was lost, in the neutral form's words, e.g. `cache-mark`, `image`, `top-k`. */
  what: z.string().max(64),
  why: z.enum(LOSS_REASONS),
});
export type TranslationLoss = z.infer<typeof TranslationLoss>;
