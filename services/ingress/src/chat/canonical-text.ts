import { SignalboxError } from "@signalbox/proto";
import { canonicalize } from "@signalbox/tlog";

/** The canonical JSON (RFC 8785) of what a caller sent. Throws `invalid-request` for what has no such form. */
export function canonicalText(value: unknown): string {
  try {
    return canonicalize(value, { numbers: "any" });
  } catch (error) {
    // The message names the kind of fault and never the value.
    const problem = error instanceof TypeError ? error.message : "it cannot be read";
    throw new SignalboxError("invalid-request", `Invalid request body: ${problem}.`, { cause: error });
  }
}
