import { SignalboxError } from "@signalbox/proto";

/** A provider's failure, said by a finish reason inside a 200. */
export function failedBy(reason: string, provider: string): SignalboxError {
  return new SignalboxError("upstream-error", `The provider ended its answer with '${reason}'.`, {
    details: { provider, upstreamCode: reason },
  });
}

export function notJson(provider: string): SignalboxError {
  return new SignalboxError("upstream-error", "The provider sent an event that is no JSON object.", {
    details: { provider },
  });
}

/** The body ended before the answer did. */
export function truncated(provider: string): SignalboxError {
  return new SignalboxError("upstream-error", "The provider's answer ended before it was complete.", {
    details: { provider },
  });
}
