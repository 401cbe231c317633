import { expect, test } from "vitest";
import { loadCatalogue } from "./load-catalogue.ts";
import type { ModelFacts } from "./provider-file.ts";

// What the list has wrong, or lacks, and the import mends: each reason stands beside its rule in source-corrections.ts.
const known = loadCatalogue();

function factsOf(provider: string, id: string): ModelFacts {
  const facts = known.providers.get(provider)?.models.find((model) => model.id === id);
  expect(facts, `${provider}/${id}`).toBeDefined();
  return facts!;
}

test.each(["gpt-5.1", "gpt-5.1-chat", "gpt-5.1-codex"])("Azure's %s converses in text", (id) => {
  expect(factsOf("azure", id).inputs).toEqual(["image", "text"]);
});

test.each(["gpt-5", "gpt-5-mini", "gpt-5-nano", "gpt-5.1"])("Azure's %s has OpenAI's context", (id) => {
  const { context, input } = factsOf("azure", id).limits;
  expect({ context, input }).toEqual({ context: 400_000, input: 272_000 });
  expect(factsOf("openai", id).limits).toMatchObject({ context, input });
});

test("B5 cached tokens of GPT-5.2 cost the same at Azure as at OpenAI", () => {
  expect(factsOf("azure", "gpt-5.2").price?.[0]?.cacheRead).toBe(175_000);
  expect(factsOf("openai", "gpt-5.2").price?.[0]?.cacheRead).toBe(175_000);
});

test("B5 Mistral's cached tokens cost a tenth, and its latest Medium what Medium 3.5 does", () => {
  const tiers = known.providers.get("mistral")!.models.flatMap(({ price }) => price ?? []);
  expect(tiers.filter(({ input, output, cacheRead }) => output > 0 && cacheRead !== input / 10)).toEqual([]);
  const latest = factsOf("mistral", "mistral-medium-latest");
  expect(latest.price).toEqual(factsOf("mistral", "mistral-medium-2604").price);
  expect(latest.price).toMatchObject([{ input: 1_500_000, output: 7_500_000, cacheRead: 150_000 }]);
});

test("B5 a name that moves from model to model has no price that is known", () => {
  expect(factsOf("google", "gemini-flash-latest").price).toBeNull();
  expect(factsOf("google", "gemini-flash-lite-latest").price).toBeNull();
});

test.each([
  ["deepseek", "deepseek-v4-pro", false],
  ["zai", "glm-5.2", false],
  ["anthropic", "claude-sonnet-4-5", true],
  ["anthropic", "claude-opus-4-1", true],
  ["anthropic", "claude-opus-4-0", false],
  ["anthropic", "claude-3-7-sonnet-20250219", false],
])("%s's %s takes a schema: %j", (provider, id, takes) => {
  expect(factsOf(provider, id).capabilities.includes("json-schema")).toBe(takes);
});
