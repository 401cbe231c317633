import { BY_WORD, type Host, PENALTIES } from "./host.ts";

const REFUSED = ["logit_bias", "store"];
/** Models that reason take no stops either. */
const REASONING = [...PENALTIES, "stop", ...REFUSED];

/**
 * `max_tokens` is deprecated, `logit_bias` and `store` are not supported. Penalties are a 400 at all models after grok-3. Which efforts there
 * are differs by model, and to some of them each is a 400.
 */
export const xai: Host = {
  hosts: ["api.x.ai"],
  names: ["xai"],
  sources: [
    "https://docs.x.ai/docs/api-reference#chat-completions",
    "https://docs.x.ai/developers/model-capabilities/text/reasoning",
    "https://github.com/mnfst/modelparams.dev/pull/330",
  ],
  quirks: {
    maxTokensField: "max_completion_tokens",
    toolChoices: BY_WORD,
    lacks: REASONING,
    reasoning: { efforts: ["low", "medium", "high"] },
    byModel: [
      { models: /^grok-3-mini/, quirks: { reasoning: { efforts: ["low", "high"] } } },
      { models: /^grok-[23]/, quirks: { lacks: REFUSED, reasoning: { efforts: [] } } },
      { models: /non-reasoning/, quirks: { lacks: [...PENALTIES, ...REFUSED], reasoning: { efforts: [] } } },
      { models: /^grok-4\.3/, quirks: { reasoning: { efforts: ["none", "low", "medium", "high"] } } },
      { models: /^grok-4\.5/, quirks: { reasoning: { efforts: ["low", "medium", "high"] } } },
      { models: /^grok-4\.[6-9]/, quirks: { reasoning: { efforts: ["low", "medium", "high", "xhigh"] } } },
      { models: /^grok-(4|code|build)/, quirks: { reasoning: { efforts: [] } } },
    ],
  },
};
