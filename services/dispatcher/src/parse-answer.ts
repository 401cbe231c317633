import { SignalboxError } from "@signalbox/proto";

/** A provider's whole answer as JSON. Throws `upstream-error`, which repeats nothing of it. */
export function parseAnswer(text: string, provider: string): unknown {
  try {
    return JSON.parse(text) as unknown;
  } catch (error) {
    throw new SignalboxError("upstream-error", "The provider sent an answer that is not JSON.", {
      cause: error instanceof SyntaxError ? undefined : error,
      details: { provider },
    });
  }
}
