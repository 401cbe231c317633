import type { Host } from "./host.ts";

/** Hybrid models are switched with `reasoning.enabled`, gpt-oss takes an effort, and MiniMax always thinks. */
export const together: Host = {
  hosts: ["api.together.xyz", "api.together.ai"],
  names: ["together"],
  sources: ["https://docs.together.ai/docs/inference/chat/reasoning"],
  quirks: {
    maxTokensField: "max_tokens",
    developerRole: false,
    reasoning: { on: { reasoning: { enabled: true } }, off: { reasoning: { enabled: false } }, efforts: [] },
    byModel: [
      { models: /gpt-oss/, quirks: { reasoning: { efforts: ["low", "medium", "high"] } } },
      { models: /^minimaxai\/minimax-m2/i, quirks: { reasoning: { efforts: [] } } },
    ],
  },
};
