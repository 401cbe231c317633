import { BY_WORD, DRAWING, type Host, THINKING, UNFORCED } from "./host.ts";

/**
 * The kimi models draw with fixed parameters and refuse others. They think unless told not to; while they do, no call can be demanded, and
 * earlier reasoning must come back with its calls. `thinking` beside an effort is a 400. K3 always thinks, takes an effort instead of the
 * switch and may be told to call something; K2.7 cannot be switched off.
 */
export const moonshot: Host = {
  hosts: ["api.moonshot.ai", "api.moonshot.cn"],
  names: ["moonshot"],
  sources: [
    "https://platform.kimi.ai/docs/api/chat",
    "https://platform.kimi.ai/docs/guide/use-tool-choice",
    "https://platform.kimi.ai/docs/guide/kimi-k3-quickstart",
    "https://github.com/UKGovernmentBEIS/inspect_ai/pull/5152",
  ],
  quirks: {
    maxTokensField: "max_completion_tokens",
    developerRole: false,
    reasoningField: "reasoning_content",
    reasoning: { ...THINKING, efforts: [], byDefault: true, toolChoices: UNFORCED, behindCalls: true },
    toolChoices: BY_WORD,
    choicesMax: 1,
    stopsMax: 5,
    lacks: [...DRAWING, "logit_bias", "tools[].strict"],
    byModel: [
      {
        models: /^kimi-k3/,
        quirks: {
          reasoning: {
            efforts: ["low", "high", "max"],
            byDefault: true,
            toolChoices: [...UNFORCED, "required"],
            behindCalls: true,
          },
        },
      },
      {
        models: /^kimi-k2\.[7-9]/,
        quirks: {
          reasoning: { on: THINKING.on, efforts: [], byDefault: true, toolChoices: UNFORCED, behindCalls: true },
        },
      },
      {
        models: /^moonshot-v1/,
        quirks: {
          lacks: ["logit_bias", "tools[].strict"],
          choicesMax: 5,
          temperature: { min: 0, max: 1 },
          reasoning: { efforts: [] },
          toolChoices: UNFORCED,
          formats: ["json_object"],
        },
      },
    ],
  },
};
