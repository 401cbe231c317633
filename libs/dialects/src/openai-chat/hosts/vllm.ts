import type { Host } from "./host.ts";

/**
 * Which roles a model's template knows differs by model. Without a parser for reasoning thoughts stand in the text; where a template begins them
 * itself, the provider is to be declared as one of `implied` tags.
 */
export const vllm: Host = {
  hosts: [],
  names: ["vllm"],
  sources: [
    "https://docs.vllm.ai/en/latest/serving/openai_compatible_server.html",
    "https://docs.vllm.ai/en/latest/features/reasoning_outputs.html",
    "https://github.com/vllm-project/vllm/issues/12999",
  ],
  quirks: { developerRole: false, thinkTags: "leading" },
};
