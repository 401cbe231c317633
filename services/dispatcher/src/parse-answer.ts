import { SignalboxError } from "@signalbox/proto";

/** A provider's whole answer as JSON, parsed with `read`. Throws `upstream-error`, which repeats nothing of it. */
export function parseAnswer(text: string, provider: string, read: (text: string) => unknown = JSON.parse): unknown {
  try {
    return read(text);
  } catch (error) {
    throw new SignalboxError("upstream-error", "The provider sent an answer that is not JSON.", {
      cause: error instanceof SyntaxError ? undefined : error,
      details: { provider },
    });
  }
}
