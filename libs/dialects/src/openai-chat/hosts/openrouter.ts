import type { Host } from "./host.ts";

/** Reasoning has a budget, and details that are to come back as they were; parts may carry `cache_control`. */
export const openrouter: Host = {
  hosts: ["openrouter.ai"],
  names: ["openrouter"],
  sources: [
    "https://openrouter.ai/docs/guides/best-practices/reasoning-tokens",
    "https://openrouter.ai/docs/features/prompt-caching",
  ],
  quirks: {
    reasoningField: "reasoning_details",
    reasoning: {
      budget: ["reasoning", "max_tokens"],
      efforts: ["none", "minimal", "low", "medium", "high", "xhigh"],
    },
    cacheMarks: true,
  },
};
