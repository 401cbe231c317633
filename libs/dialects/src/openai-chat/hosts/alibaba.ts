import { type Host, UNFORCED } from "./host.ts";

const SWITCH = {
  on: { enable_thinking: true },
  off: { enable_thinking: false },
  budget: ["thinking_budget"],
  efforts: [],
  toolChoices: UNFORCED,
} as const;

/**
 * `required` is not known, there are up to four choices, and parts may carry `cache_control`. Thinking is a switch with a budget; while a model
 * thinks, no tool can be named either. Qwen from 3.5 on thinks unless told not to, and some models do nothing else.
 */
export const alibaba: Host = {
  hosts: ["aliyuncs.com"],
  names: ["alibaba"],
  sources: [
    "https://www.alibabacloud.com/help/en/model-studio/use-qwen-by-calling-api",
    "https://www.alibabacloud.com/help/en/model-studio/deep-thinking",
    "https://github.com/cloudwego/eino/issues/994",
    "https://github.com/can1357/oh-my-pi/issues/886",
  ],
  quirks: {
    maxTokensField: "max_tokens",
    developerRole: false,
    reasoning: SWITCH,
    toolChoices: ["auto", "none", "tool"],
    choicesMax: 4,
    cacheMarks: true,
    byModel: [
      {
        models: /thinking|^qwq|^qvq/,
        quirks: { reasoning: { budget: ["thinking_budget"], efforts: [], byDefault: true, toolChoices: UNFORCED } },
      },
      { models: /^qwen3\.[5-9]/, quirks: { reasoning: { ...SWITCH, byDefault: true } } },
    ],
  },
};
