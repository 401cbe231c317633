import { type Host, LOGPROBS, OPENAI_ONLY } from "./host.ts";

/** No tools, usage on every chunk unasked, schemas but no bare JSON. Thoughts stand in the text and are not taken back. */
export const perplexity: Host = {
  hosts: ["api.perplexity.ai"],
  names: ["perplexity"],
  sources: [
    "https://docs.perplexity.ai/api-reference/sonar-post",
    "https://docs.getbifrost.ai/providers/supported-providers/perplexity",
    "https://github.com/archestra-ai/archestra/pull/6838",
  ],
  quirks: {
    maxTokensField: "max_tokens",
    streamOptions: false,
    developerRole: false,
    choicesMax: 1,
    thinkTags: "leading",
    reasoningField: null,
    formats: ["json_schema"],
    reasoning: { efforts: ["minimal", "low", "medium", "high"] },
    lacks: ["tools", "tool_choice", "parallel_tool_calls", "stop", "seed", ...LOGPROBS, ...OPENAI_ONLY],
  },
};
