import type { SignalboxError } from "@signalbox/proto";

const AT_FAULT = new Set<string>(["upstream-invalid-request", "invalid-request", "content-blocked"]);

/**
 * Whether another endpoint could answer where this one failed: not when the request itself is at fault, which all would refuse,
 * or when the answer held what may not be given out.
 */
export function mayFallBack(error: SignalboxError): boolean {
  return !AT_FAULT.has(error.code);
}
