import type { Host } from "./host.ts";

/** Hands on Anthropic's signed thoughts, in `thinking_blocks`, and its cache marks. */
export const litellm: Host = {
  hosts: [],
  names: ["litellm"],
  sources: ["https://docs.litellm.ai/docs/reasoning_content", "https://docs.litellm.ai/docs/completion/prompt_caching"],
  quirks: {
    byModel: [{ models: /anthropic|claude/i, quirks: { reasoningField: "thinking_blocks", cacheMarks: true } }],
  },
};
