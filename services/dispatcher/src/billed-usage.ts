import type { Usage } from "@signalbox/proto";

/** The usage that an attempt is billed by: what the provider says that it bills, where it says so apart, and else what was used. */
export function billedUsage(usage: Usage): Usage {
  const { billedInputTokens, billedOutputTokens } = usage;
  if (billedInputTokens === undefined || billedOutputTokens === undefined) return usage;
  const cachedInputTokens = Math.min(usage.cachedInputTokens, billedInputTokens);
  return { ...usage, inputTokens: billedInputTokens, outputTokens: billedOutputTokens, cachedInputTokens };
}
