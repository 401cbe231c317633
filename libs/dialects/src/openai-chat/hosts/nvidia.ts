import type { Host } from "./host.ts";

/** `max_tokens`; which templates know which roles differs by model. */
export const nvidia: Host = {
  hosts: ["integrate.api.nvidia.com"],
  names: ["nvidia"],
  sources: ["https://docs.api.nvidia.com/nim/reference/llm-apis"],
  unverified: "2026-11-21",
  quirks: { maxTokensField: "max_tokens", developerRole: false },
};
