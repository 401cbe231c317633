import { SignalboxError } from "@signalbox/proto";

const RETRY_AFTER_MS = 1_000;

/** The error for a request for which there is no place or no memory at the moment. */
export function overloaded(message: string = "Too many requests are in work."): SignalboxError {
  return new SignalboxError("overloaded", message, { details: { retryAfterMs: RETRY_AFTER_MS } });
}
