import type { Host } from "./host.ts";

/** What is not in its list of fields is not heeded. Of models whose template does not say that they think, thoughts stand in the text. */
export const ollama: Host = {
  hosts: ["ollama.com"],
  names: ["ollama"],
  sources: ["https://docs.ollama.com/api/openai-compatibility", "https://github.com/ollama/ollama/issues/8529"],
  quirks: {
    maxTokensField: "max_tokens",
    developerRole: false,
    reasoning: { efforts: ["none", "low", "medium", "high"] },
    toolChoices: ["auto"],
    choicesMax: 1,
    thinkTags: "leading",
    lacks: ["logit_bias", "parallel_tool_calls", "user"],
  },
};
