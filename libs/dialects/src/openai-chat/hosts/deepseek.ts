import { BY_WORD, type Host, OPENAI_ONLY, THINKING, UNFORCED } from "./host.ts";

/**
 * Models think unless told not to, at efforts of their own. While they think, no call can be demanded, and earlier calls must come back with
 * the reasoning that led to them: both are a 400. There are no schemas for answers.
 */
export const deepseek: Host = {
  hosts: ["api.deepseek.com"],
  names: ["deepseek"],
  sources: [
    "https://api-docs.deepseek.com/api/create-chat-completion",
    "https://api-docs.deepseek.com/guides/thinking_mode",
    "https://api-docs.deepseek.com/guides/json_mode",
    "https://github.com/deepseek-ai/DeepSeek-V3/issues/1376",
  ],
  quirks: {
    maxTokensField: "max_tokens",
    developerRole: false,
    reasoningField: "reasoning_content",
    reasoning: {
      ...THINKING,
      efforts: ["low", "high", "max"],
      byDefault: true,
      toolChoices: UNFORCED,
      behindCalls: true,
    },
    toolChoices: BY_WORD,
    formats: ["json_object"],
    choicesMax: 1,
    stopsMax: 16,
    lacks: ["seed", "logit_bias", "parallel_tool_calls", ...OPENAI_ONLY],
    byModel: [
      // The name of the models' mode without thinking.
      { models: /^deepseek-chat$/, quirks: { reasoning: { ...THINKING, efforts: ["low", "high", "max"] } } },
    ],
  },
};
