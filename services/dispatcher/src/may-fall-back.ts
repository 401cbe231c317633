import type { SignalboxError } from "@signalbox/proto";

/** Whether another endpoint could answer where this one failed: not when the request itself is at fault, which all would refuse. */
export function mayFallBack(error: SignalboxError): boolean {
  return error.code !== "upstream-invalid-request" && error.code !== "invalid-request";
}
