import { NO_USAGE, type Usage } from "@signalbox/proto";

/** Characters that make a token in ordinary English; what is estimated so is marked as such wherever it is recorded. */
const CHARS_PER_TOKEN = 4;

type Generated = {
  /** Estimated prompt tokens. */
  readonly inputTokens: number;
  /** What the provider said of the prompt, where it did; it is better known than the estimate. */
  readonly promptUsage?: Usage | undefined;
  /** UTF-16 units of all that was generated. */
  readonly outputChars: number;
  /** Those of them that had been generated when the provider last reported. Absent: all. */
  readonly reportedChars?: number;
  /** The most that could be generated over all choices; null when the request sets no bound. */
  readonly maxOutputTokens: number | null;
};

/** The usage of an answer whose provider reported none: never a silent zero, and never more than could be generated. */
export function estimateUsage(generated: Generated): Usage {
  const outputTokens = Math.ceil(generated.outputChars / CHARS_PER_TOKEN);
  // A charge that came with the prompt is none for what was generated after it.
  const { chargedPicoUsd: _, ...prompt } = generated.promptUsage ?? { ...NO_USAGE, inputTokens: generated.inputTokens };
  return {
    ...prompt,
    reasoningTokens: 0,
    outputTokens: Math.min(outputTokens, generated.maxOutputTokens ?? outputTokens),
    source: "estimated",
  };
}

/** More tokens than any model reads or writes for one answer. */
const PLAUSIBLE_MAX_TOKENS = 100_000_000;
/** More searches of the web than any answer takes. */
const PLAUSIBLE_MAX_SEARCHES = 10_000;

/** What a provider reported; null where it reported nothing, or more than any model reads, writes or searches for. */
export function believed(reported: Usage | null): Usage | null {
  if (reported === null) return null;
  const { inputTokens, outputTokens, billedInputTokens = 0, billedOutputTokens = 0, webSearches = 0 } = reported;
  const tokens = Math.max(inputTokens, outputTokens, billedInputTokens, billedOutputTokens);
  return tokens > PLAUSIBLE_MAX_TOKENS || webSearches > PLAUSIBLE_MAX_SEARCHES ? null : reported;
}

/**
 * The usage of an answer: what its provider reported, with an estimate of what was generated after the report. A report without output of
 * an answer that has some is of the prompt alone; where there is none, or it cannot be, the usage is estimated.
 */
export function usageOfAnswer(reported: Usage | null, generated: Generated): Usage {
  if (reported === null) return estimateUsage(generated);
  if (believed(reported) === null) return { ...estimateUsage(generated), malformed: true };
  const { outputChars, reportedChars = outputChars } = generated;
  if (reported.outputTokens > 0) return withRest(reported, generated, outputChars - reportedChars);
  if (outputChars === 0) return reported;
  const { chargedPicoUsd } = reported;
  return {
    ...estimateUsage({ ...generated, promptUsage: reported }),
    ...(chargedPicoUsd === undefined ? {} : { chargedPicoUsd }),
  };
}

function withRest(reported: Usage, { maxOutputTokens }: Generated, restChars: number): Usage {
  if (restChars <= 0) return reported;
  const outputTokens = reported.outputTokens + Math.ceil(restChars / CHARS_PER_TOKEN);
  const most = Math.max(reported.outputTokens, maxOutputTokens ?? outputTokens);
  const { chargedPicoUsd: _, ...rest } = reported;
  return { ...rest, outputTokens: Math.min(outputTokens, most), source: "estimated" };
}
