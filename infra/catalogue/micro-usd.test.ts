import { assert, integer, property } from "fast-check";
import { expect, test } from "vitest";
import { microUsd } from "./micro-usd.ts";

test("a price keeps every decimal that doubles would lose", () => {
  expect(microUsd(0.1)).toBe(100_000);
  expect(microUsd(0.07)).toBe(70_000);
  expect(microUsd(1.005)).toBe(1_005_000);
  expect(microUsd("2.50")).toBe(2_500_000);
  expect(microUsd(0)).toBe(0);
  expect(microUsd(0.000001)).toBe(1);
});

test("every micro-USD amount below a million USD survives being written as a decimal", () => {
  assert(
    property(integer({ min: 0, max: 999_999_999_999 }), (micro) => {
      const text = `${Math.floor(micro / 1e6)}.${String(micro % 1e6).padStart(6, "0")}`;
      expect(microUsd(text)).toBe(micro);
      expect(microUsd(Number(text))).toBe(micro);
    }),
  );
});

test("what cannot be a price is refused and never rounded", () => {
  for (const price of [-1, 0.0000001, 1.2345678, Number.NaN, Number.POSITIVE_INFINITY, 2_000_000, "1e3", "1,5", ""]) {
    expect(() => microUsd(price)).toThrow(RangeError);
  }
});
