import { NO_USAGE, type Usage } from "@signalbox/proto";
import { expect, test } from "vitest";
import { billedUsage } from "./billed-usage.ts";
import { costPicoUsdOf } from "./cost.ts";

const PRICE = [{ aboveInputTokens: 0, input: 1_000_000, output: 2_000_000, cacheRead: 100_000, cacheWrite: null }];
const used: Usage = { ...NO_USAGE, inputTokens: 507, cachedInputTokens: 448, outputTokens: 10, source: "reported" };

test("B5 what a provider says that it bills is what an attempt costs, whatever its model read", () => {
  const usage = billedUsage({ ...used, billedInputTokens: 12, billedOutputTokens: 7 });
  expect(usage).toMatchObject({ inputTokens: 12, cachedInputTokens: 12, outputTokens: 7 });
  expect(costPicoUsdOf(usage, PRICE)).toBe(String(12 * 100_000 + 7 * 2_000_000));
});

test("B5 where it says nothing of it, usage is what is billed", () => {
  expect(billedUsage(used)).toBe(used);
});
