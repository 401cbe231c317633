import { BY_WORD, type Host, LOGPROBS } from "./host.ts";

/** Any other field is a 422; usage comes on streams unasked. The wire `mistral` says more. */
export const mistral: Host = {
  hosts: ["api.mistral.ai"],
  names: [],
  sources: ["https://docs.mistral.ai/api/endpoint/chat"],
  quirks: {
    maxTokensField: "max_tokens",
    streamOptions: false,
    developerRole: false,
    reasoningField: null,
    toolChoices: BY_WORD,
    lacks: ["seed", ...LOGPROBS, "user", "store", "verbosity", "safety_identifier", "service_tier", "messages[].name"],
    temperature: { min: 0, max: 1.5 },
  },
};
