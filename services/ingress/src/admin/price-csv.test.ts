import { PriceTier } from "@signalbox/proto";
import { expect, test } from "vitest";
import { priceCsv } from "./price-csv.ts";

const OF = { endpoint: "a/m", provider: "a", model: "m" };
const TIER = PriceTier.parse({
  aboveInputTokens: 200_000,
  input: 1,
  output: 2,
  cacheRead: 3,
  cacheWrite: 4,
  cacheWriteHour: 5,
  audioInput: 6,
  outputPlain: 7,
  usOnlyMicro: 8,
  webSearch: 9,
  webSearchOnce: true,
  webSearchAlways: true,
  services: { flex: { input: 10, output: 11, cacheRead: null, cacheWrite: null } },
});

test("B5 a price list's lines hold all that costs are computed by, and a line for each kind of service", () => {
  const [head, usual, flex, unpriced] = priceCsv("sha256:1", [
    { ...OF, tiers: [TIER] },
    { ...OF, tiers: null },
  ]).split("\r\n");
  expect(usual).toBe("sha256:1,a/m,a,m,200000,1,2,3,4,5,6,,7,8,9,once always");
  expect(flex).toBe("sha256:1,a/m,a,m,200000,10,11,,,,,flex,,8,9,once always");
  expect(unpriced).toBe("sha256:1,a/m,a,m,,,,,,,,,,,,");
  expect(head?.split(",")).toHaveLength(usual?.split(",").length ?? 0);
});
