import { expect, test } from "vitest";
import { HOSTS } from "./hosts/hosts.ts";

/** The hosts whose quirk has this value, each by the first of its names. */
function hostsWith(field: "thinkTags" | "reasoningField", value: unknown): string[] {
  return HOSTS.flatMap(({ hosts, names, quirks }) => (quirks[field] === value ? [...hosts, ...names].slice(0, 1) : []));
}

test("the hosts that leave reasoning in the text of their answers are declared, and no others are taken for such", () => {
  expect(hostsWith("thinkTags", "leading")).toEqual([
    "integrate.api.nvidia.com",
    "api.groq.com",
    "api.perplexity.ai",
    "ollama.com",
    "vllm",
    "lmstudio",
  ]);
  expect(hostsWith("thinkTags", "implied")).toEqual([]);
});

test("earlier reasoning goes back to the hosts that want it, and to none that has no field for it", () => {
  expect(hostsWith("reasoningField", null)).toEqual([
    "api.openai.com",
    "api.mistral.ai",
    "api.groq.com",
    "api.perplexity.ai",
  ]);
  expect(hostsWith("reasoningField", "reasoning_details")).toEqual(["api.minimax.io", "openrouter.ai"]);
  expect(hostsWith("reasoningField", "reasoning_content")).toEqual([
    "api.deepseek.com",
    "api.moonshot.ai",
    "api.z.ai",
    "xiaomimimo.com",
    "api.fireworks.ai",
  ]);
});
