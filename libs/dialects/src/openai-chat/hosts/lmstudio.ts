import type { Host } from "./host.ts";

/** Schemas but no bare JSON, and no `tool_choice` that is an object. Thoughts stand in the text where no setting of the server tells them apart. */
export const lmstudio: Host = {
  hosts: [],
  names: ["lmstudio"],
  sources: [
    "https://lmstudio.ai/docs/developer/openai-compat/chat-completions",
    "https://lmstudio.ai/docs/developer/openai-compat/structured-output",
    "https://github.com/lmstudio-ai/lmstudio-bug-tracker/issues/670",
    "https://github.com/lmstudio-ai/lmstudio-bug-tracker/issues/1569",
  ],
  quirks: {
    maxTokensField: "max_tokens",
    developerRole: false,
    choicesMax: 1,
    toolChoices: ["auto", "none", "required"],
    formats: ["json_schema"],
    thinkTags: "leading",
  },
};
