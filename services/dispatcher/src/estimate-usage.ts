import { NO_USAGE, type Usage } from "@signalbox/proto";

/** Characters that make a token in ordinary English; what is estimated so is marked as such wherever it is recorded. */
const CHARS_PER_TOKEN = 4;

export type Generated = {
  /** Estimated prompt tokens. */
  readonly inputTokens: number;
  /** What the provider said of the prompt, where it did; it is better known than the estimate. */
  readonly promptUsage?: Usage | undefined;
  /** UTF-16 units of all that was generated. */
  readonly outputChars: number;
  /** The most that could be generated over all choices; null when the request sets no bound. */
  readonly maxOutputTokens: number | null;
};

/** The usage of an answer whose provider reported none: never a silent zero, and never more than could be generated. */
export function estimateUsage(generated: Generated): Usage {
  const outputTokens = Math.ceil(generated.outputChars / CHARS_PER_TOKEN);
  return {
    ...(generated.promptUsage ?? { ...NO_USAGE, inputTokens: generated.inputTokens }),
    reasoningTokens: 0,
    outputTokens: Math.min(outputTokens, generated.maxOutputTokens ?? outputTokens),
    source: "estimated",
  };
}
