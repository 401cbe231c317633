import { expect, test } from "vitest";
import { loadCatalogue } from "./load-catalogue.ts";
import type { ModelFacts } from "./provider-file.ts";
import { withRegionalPrices } from "./regional-prices.ts";

const models = loadCatalogue().providers.get("bedrock")?.models ?? [];
const priceOf = (id: string): ModelFacts["price"] => models.find((model) => model.id === id)?.price ?? null;

test("B5 a profile of one geography costs a tenth more than the global one, all prices of it", () => {
  expect(priceOf("global.anthropic.claude-sonnet-4-5-20250929-v1:0")).toEqual([
    {
      aboveInputTokens: 0,
      input: 3_000_000,
      output: 15_000_000,
      cacheRead: 300_000,
      cacheWrite: 3_750_000,
      cacheWriteHour: 6_000_000,
    },
  ]);
  for (const place of ["us", "eu", "jp", "au"]) {
    expect(priceOf(`${place}.anthropic.claude-sonnet-4-5-20250929-v1:0`)).toEqual([
      {
        aboveInputTokens: 0,
        input: 3_300_000,
        output: 16_500_000,
        cacheRead: 330_000,
        cacheWrite: 4_125_000,
        cacheWriteHour: 6_600_000,
      },
    ]);
  }
});

test("the data hold what the import would make of them, and other models and providers keep their prices", () => {
  expect(withRegionalPrices("bedrock", models)).toEqual(models);
  const [model] = models;
  const other = { ...model!, id: "us.anthropic.claude-opus-4-1-20250805-v1:0" };
  expect(withRegionalPrices("bedrock", [other])).toEqual([other]);
  expect(withRegionalPrices("openrouter", models)).toEqual(models);
});
