import type { Host } from "./host.ts";

/** Which roles a model's template knows differs by model. */
export const vllm: Host = {
  hosts: [],
  names: ["vllm"],
  sources: ["https://docs.vllm.ai/en/latest/serving/openai_compatible_server.html"],
  quirks: { developerRole: false },
};
