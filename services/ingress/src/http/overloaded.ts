import { SignalboxError } from "@signalbox/proto";

const RETRY_AFTER_MS = 1_000;

/** The error for what there is no place or no room for now. */
export function overloaded(message: string = "Too many requests are in work."): SignalboxError {
  return new SignalboxError("overloaded", message, { details: { retryAfterMs: RETRY_AFTER_MS } });
}
