import { BY_WORD, type Host, LOGPROBS } from "./host.ts";

/**
 * Log probabilities, biases, names of participants, earlier reasoning and more than one choice are a 400. gpt-oss takes an effort; qwen is
 * switched, and writes tags into its text unless told not to.
 */
export const groq: Host = {
  hosts: ["api.groq.com"],
  names: ["groq"],
  sources: [
    "https://console.groq.com/docs/openai",
    "https://console.groq.com/docs/reasoning",
    "https://github.com/tashfeenahmed/freellmapi/issues/1070",
  ],
  quirks: {
    maxTokensField: "max_completion_tokens",
    choicesMax: 1,
    lacks: [...LOGPROBS, "messages[].name"],
    toolChoices: BY_WORD,
    reasoningField: null,
    thinkTags: "leading",
    reasoning: { efforts: [] },
    byModel: [
      { models: /gpt-oss/, quirks: { reasoning: { efforts: ["low", "medium", "high"] } } },
      {
        models: /qwen/,
        quirks: {
          reasoning: {
            on: { reasoning_effort: "default", reasoning_format: "parsed" },
            off: { reasoning_effort: "none" },
            efforts: [],
          },
        },
      },
    ],
  },
};
