import { z } from "zod";
import { WIRES } from "../dialects.ts";

/**
 * How a provider seals its reasoning: it signs what it shows, redacts a block as a whole, or encrypts what it keeps to
 * itself.
 */
export const STATE_KINDS = ["signature", "redacted", "encrypted"] as const;
export type StateKind = (typeof STATE_KINDS)[number];

/** State in a conversation that only the wire that made it can read; it goes back byte for byte or not at all. */
export const SignedState = z.strictObject({
  wire: z.enum(WIRES),
  /** In the order of `STATE_KINDS`. */
  kinds: z.array(z.enum(STATE_KINDS)).min(1).max(STATE_KINDS.length),
});
export type SignedState = z.infer<typeof SignedState>;
