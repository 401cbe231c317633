import { type Host, THINKING } from "./host.ts";

/** `max_completion_tokens`, tools are `auto`, there are no schemas, and while a model thinks earlier calls without their reasoning are a 400. */
export const xiaomi: Host = {
  hosts: ["xiaomimimo.com"],
  names: ["xiaomi"],
  sources: [
    "https://platform.xiaomimimo.com/docs/api/chat/openai-api",
    "https://platform.xiaomimimo.com/docs/en-US/usage-guide/passing-back-reasoning_content",
    "https://docs.agno.com/models/providers/native/xiaomi/overview",
  ],
  quirks: {
    maxTokensField: "max_completion_tokens",
    developerRole: false,
    reasoningField: "reasoning_content",
    reasoning: { ...THINKING, efforts: [], byDefault: true, behindCalls: true },
    toolChoices: ["auto"],
    formats: ["json_object"],
  },
};
