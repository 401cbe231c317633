import { DRAWING, type Host, LOGPROBS } from "./host.ts";

/**
 * No message has reasoning in it. The o-series and the first gpt-5 take no parameters that steer the drawing. From gpt-5.2 on this format takes functions only where the
 * model does not reason; some of these models reason unless told not to. The Responses API knows no such rule.
 */
export const openai: Host = {
  hosts: ["api.openai.com", "openai.azure.com"],
  names: [],
  sources: [
    "https://platform.openai.com/docs/guides/reasoning",
    "https://github.com/openai/openai-openapi/issues/541",
    "https://github.com/BerriAI/litellm/pull/34569",
  ],
  quirks: {
    maxTokensField: "max_completion_tokens",
    reasoningField: null,
    byModel: [
      { models: /^(o\d|gpt-5(-mini|-nano)?(-\d{4}-|$))/, quirks: { lacks: [...DRAWING, ...LOGPROBS] } },
      {
        models: /^gpt-(5\.[2-9]|[6-9])(?!.*-chat)/,
        quirks: { reasoning: { withoutTools: { reasoning_effort: "none" } } },
      },
    ],
  },
};
