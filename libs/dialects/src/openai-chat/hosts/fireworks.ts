import { BY_WORD, type Host } from "./host.ts";

/** Fields that are not known are a 400 (`Extra inputs are not permitted`); earlier reasoning may come back. */
export const fireworks: Host = {
  hosts: ["api.fireworks.ai"],
  names: ["fireworks"],
  sources: [
    "https://docs.fireworks.ai/tools-sdks/openai-compatibility",
    "https://docs.fireworks.ai/guides/reasoning",
    "https://docs.getbifrost.ai/providers/supported-providers/fireworks",
  ],
  quirks: {
    developerRole: false,
    reasoningField: "reasoning_content",
    toolChoices: BY_WORD,
    lacks: ["store", "verbosity", "safety_identifier", "prompt_cache_key"],
  },
};
