import { expect, test } from "vitest";
import { familyOf } from "./family.ts";

test("one model has one family at all its hosts", () => {
  const hosts: [string, string][] = [
    ["deepseek", "deepseek-v4-pro"],
    ["openrouter", "deepseek/deepseek-v4-pro"],
    ["together", "deepseek-ai/DeepSeek-V4-Pro"],
    ["fireworks", "accounts/fireworks/models/deepseek-v4-pro"],
  ];
  expect(new Set(hosts.map(([provider, model]) => familyOf(provider, model)))).toEqual(new Set(["deepseek-v4-pro"]));
  expect(familyOf("fireworks", "accounts/fireworks/models/kimi-k2p6")).toBe("kimi-k2.6");
  expect(familyOf("openrouter", "meta-llama/llama-3.3-70b-instruct:free")).toBe("llama-3.3-70b-instruct");
  expect(familyOf("groq", "llama-3.3-70b-versatile")).toBe("llama-3.3-70b-instruct");
  expect(familyOf("together", "meta-llama/Llama-3.3-70B-Instruct-Turbo")).toBe("llama-3.3-70b-instruct");
  expect(familyOf("bedrock", "us.anthropic.claude-haiku-4-5-20251001-v1:0")).toBe("claude-haiku-4-5");
  expect(familyOf("openrouter", "anthropic/claude-haiku-4.5")).toBe("claude-haiku-4-5");
  expect(familyOf("bedrock", "deepseek.v3.2")).toBe("deepseek-v3.2");
});

test("other weights under a like name stay another family", () => {
  const apart: [[string, string], [string, string]][] = [
    [
      ["deepseek", "deepseek-chat"],
      ["openrouter", "deepseek/deepseek-chat"],
    ],
    [
      ["openai", "gpt-4o-2024-05-13"],
      ["openai", "gpt-4o-2024-08-06"],
    ],
    [
      ["openai", "gpt-4o"],
      ["azure", "gpt-4o"],
    ],
    [
      ["anthropic", "claude-3-5-sonnet-20240620"],
      ["anthropic", "claude-3-5-sonnet-20241022"],
    ],
    [
      ["google", "gemini-flash-latest"],
      ["openrouter", "~google/gemini-flash-latest"],
    ],
    [
      ["google", "gemma-4-31b-it"],
      ["together", "pearl-ai/gemma-4-31b-it"],
    ],
    [
      ["zai", "glm-4.7-flash"],
      ["zai", "glm-4.7-flashx"],
    ],
    [
      ["openai", "gpt-5-mini"],
      ["openai", "gpt-5"],
    ],
    [
      ["alibaba", "qwen-plus"],
      ["openrouter", "qwen/qwen-plus"],
    ],
  ];
  expect(apart.filter(([a, b]) => familyOf(...a) === familyOf(...b))).toEqual([]);
});
