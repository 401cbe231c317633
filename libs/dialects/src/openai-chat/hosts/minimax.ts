import type { Host } from "./host.ts";

/**
 * Without `reasoning_split` thoughts stand in the text, between tags. Penalties and biases are not heeded, there is one choice, temperature is
 * above 0 and up to 1, and `max_tokens` is deprecated. The M2 models cannot be kept from thinking.
 */
export const minimax: Host = {
  hosts: ["api.minimax.io", "api.minimaxi.com", "api.minimaxi.chat"],
  names: ["minimax"],
  sources: [
    "https://platform.minimax.io/docs/api-reference/text-openai-api",
    "https://platform.minimax.io/docs/api-reference/text-chat",
    "https://java.agentscope.io/v2/en/integration/model/minimax",
  ],
  quirks: {
    maxTokensField: "max_completion_tokens",
    developerRole: false,
    reasoningField: "reasoning_details",
    reasoning: { on: { thinking: { type: "adaptive" } }, off: { thinking: { type: "disabled" } }, efforts: [] },
    choicesMax: 1,
    temperature: { min: 0.01, max: 1 },
    lacks: ["presence_penalty", "frequency_penalty", "logit_bias", "tools[].strict"],
    always: { reasoning_split: true },
    byModel: [{ models: /^minimax-m2/i, quirks: { reasoning: { efforts: [] } } }],
  },
};
