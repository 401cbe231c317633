import { assert, integer, property } from "fast-check";
import { expect, test } from "vitest";
import { estimateUsage } from "./estimate-usage.ts";

test("B2 an estimate comes from what was generated, and says that it is one", () => {
  expect(estimateUsage({ inputTokens: 7, outputChars: 9, maxOutputTokens: null })).toMatchObject({
    inputTokens: 7,
    outputTokens: 3,
    source: "estimated",
  });
});

test("B4 an estimate never passes what could be generated", () => {
  assert(
    property(
      integer({ min: 0, max: 1_000_000_000 }),
      integer({ min: 0, max: 100_000 }),
      (outputChars, maxOutputTokens) => {
        const { outputTokens } = estimateUsage({ inputTokens: 0, outputChars, maxOutputTokens });
        expect(outputTokens).toBeLessThanOrEqual(maxOutputTokens);
      },
    ),
  );
});
