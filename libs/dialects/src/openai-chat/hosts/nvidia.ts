import type { Host } from "./host.ts";

/** `max_tokens`; which templates know which roles differs by model. Thoughts of some models stand in the text. */
export const nvidia: Host = {
  hosts: ["integrate.api.nvidia.com"],
  names: ["nvidia"],
  sources: ["https://docs.api.nvidia.com/nim/reference/llm-apis", "https://github.com/lobehub/lobehub/issues/5868"],
  unverified: "2026-11-21",
  quirks: { maxTokensField: "max_tokens", developerRole: false, thinkTags: "leading" },
};
