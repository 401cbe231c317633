import { STREAM_MAX_OUTPUT_TOKENS } from "@signalbox/proto";
import type { SignalboxConfig } from "./signalbox-config.ts";

/** The fields of the policy document that the operator's config sets. */
export function renderPolicy({ policy, cache: answers }: SignalboxConfig): object {
  return {
    allow: policy.allow,
    deny: policy.deny,
    defaultStrategy: policy.strategy,
    planMax: policy.planMax,
    ...(policy.translation === "enforce" ? { translation: policy.translation } : {}),
    defaultMaxOutputTokens: policy.defaultMaxOutputTokens,
    ...(policy.streamMaxOutputTokens === STREAM_MAX_OUTPUT_TOKENS
      ? {}
      : { streamMaxOutputTokens: policy.streamMaxOutputTokens }),
    cache: { serve: answers.enabled, store: answers.enabled, ttlSeconds: answers.ttlSeconds },
  };
}
