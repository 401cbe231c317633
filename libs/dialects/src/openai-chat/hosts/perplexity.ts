import { type Host, LOGPROBS, OPENAI_ONLY } from "./host.ts";

/** No tools, usage on every chunk unasked, schemas but no bare JSON. */
export const perplexity: Host = {
  hosts: ["api.perplexity.ai"],
  names: ["perplexity"],
  sources: [
    "https://docs.perplexity.ai/api-reference/sonar-post",
    "https://docs.getbifrost.ai/providers/supported-providers/perplexity",
  ],
  quirks: {
    maxTokensField: "max_tokens",
    streamOptions: false,
    developerRole: false,
    choicesMax: 1,
    formats: ["json_schema"],
    reasoning: { efforts: ["minimal", "low", "medium", "high"] },
    lacks: ["tools", "tool_choice", "parallel_tool_calls", "stop", "seed", ...LOGPROBS, ...OPENAI_ONLY],
  },
};
