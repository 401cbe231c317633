import { z } from "zod";
import { WIRES } from "../dialects.ts";

/** How a provider protects its reasoning: it signs what it shows, redacts a whole block, or encrypts what it does not show. */
export const STATE_KINDS = ["signature", "redacted", "encrypted"] as const;
export type StateKind = (typeof STATE_KINDS)[number];

/** Reasoning state in a conversation that only the wire that made it can read; it is sent back byte for byte or not at all. */
export const SignedState = z.strictObject({
  wire: z.enum(WIRES),
  /** In the order of `STATE_KINDS`. */
  kinds: z.array(z.enum(STATE_KINDS)).min(1).max(STATE_KINDS.length),
});
export type SignedState = z.infer<typeof SignedState>;
