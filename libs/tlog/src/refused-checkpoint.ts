import { tampered, unverifiable, type Fault } from "./fault.ts";
import type { PolicyRefusal } from "./policy.ts";

/**
 * What it says of a log that a policy refuses its checkpoint: a wrong signature was changed, one that is absent may be
 * anywhere.
 */
export function refusedCheckpoint(reason: PolicyRefusal): Fault {
  const sentence = `the checkpoint does not hold: ${reason}`;
  return reason === "bad-signature" ? tampered(null, sentence) : unverifiable(null, sentence);
}
