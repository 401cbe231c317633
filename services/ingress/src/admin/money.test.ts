import { expect, test } from "vitest";
import { decimalUsd, picoUsdOf, usdOf } from "./money.ts";

test.each([
  [25, 25_000_000_000_000n],
  [0.1, 100_000_000_000n],
  [0.000_405, 405_000_000n],
  [1e-7, 100_000n],
  [1e-12, 1n],
  [0, 0n],
])("%d dollars are that many pico-dollars", (usd, pico) => {
  expect(picoUsdOf(usd)).toBe(pico);
  expect(usdOf(pico)).toBe(usd);
});

test.each([-1, 1e-13, 0.123_456_789_012_34, 1e21, Number.NaN])("%d dollars are no amount", (usd) => {
  expect(picoUsdOf(usd)).toBeNull();
});

test("dollars are written with every digit", () => {
  expect(decimalUsd(12_345_678_901_234_567_890n)).toBe("12345678.90123456789");
  expect(decimalUsd(0n)).toBe("0");
});
