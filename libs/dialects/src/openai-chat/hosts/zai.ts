import { type Host, LOGPROBS, THINKING } from "./host.ts";

/**
 * Tools are `auto`, there is one stop text, there are no schemas, temperature is up to 1, and usage comes unasked at a stream's end. GLM-5.2
 * takes an effort beside the switch, and from GLM-5.3 on there is the effort alone, because thinking is always on.
 */
export const zai: Host = {
  hosts: ["api.z.ai", "bigmodel.cn"],
  names: ["zai"],
  sources: [
    "https://docs.z.ai/api-reference/llm/chat-completion",
    "https://docs.z.ai/guides/capabilities/thinking-mode",
    "https://java.agentscope.io/v2/en/integration/model/glm",
  ],
  quirks: {
    maxTokensField: "max_tokens",
    streamOptions: false,
    developerRole: false,
    reasoningField: "reasoning_content",
    reasoning: { ...THINKING, efforts: [] },
    toolChoices: ["auto"],
    formats: ["json_object"],
    choicesMax: 1,
    stopsMax: 1,
    temperature: { min: 0, max: 1 },
    lacks: ["seed", ...LOGPROBS, "presence_penalty", "frequency_penalty", "messages[].name", "tools[].strict"],
    byModel: [
      { models: /^glm-5\.2/, quirks: { reasoning: { ...THINKING, efforts: ["low", "high", "max"] } } },
      { models: /^glm-(5\.[3-9]|[6-9])/, quirks: { reasoning: { efforts: ["low", "high", "max"] } } },
    ],
  },
};
