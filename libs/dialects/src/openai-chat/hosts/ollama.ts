import type { Host } from "./host.ts";

/** What is not in its list of fields is not heeded. */
export const ollama: Host = {
  hosts: ["ollama.com"],
  names: ["ollama"],
  sources: ["https://docs.ollama.com/api/openai-compatibility"],
  quirks: {
    maxTokensField: "max_tokens",
    developerRole: false,
    reasoning: { efforts: ["none", "low", "medium", "high"] },
    toolChoices: ["auto"],
    choicesMax: 1,
    lacks: ["logit_bias", "parallel_tool_calls", "user"],
  },
};
