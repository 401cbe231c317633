import { expect, test } from "vitest";
import { formatMicroUsd, formatPicoUsd } from "./money.ts";

test.each([
  ["0", "$0"],
  ["1", "$0.000000000001"],
  ["12345000", "$0.000012345"],
  ["999999999999", "$0.999999999999"],
  ["1000000000000", "$1"],
  ["1000000000001", "$1.000000000001"],
  ["9007199254740993000000", "$9007199254.740993"],
])("%s pico-USD is %s", (pico, shown) => {
  expect(formatPicoUsd(pico)).toBe(shown);
});

test("a missing price is named and is not zero", () => {
  expect(formatPicoUsd(null)).toBe("unpriced");
});

test("every amount can be read back exactly", () => {
  for (let pico = 1n; pico < 10n ** 30n; pico = pico * 7n + 3n) {
    const [whole = "", fraction = ""] = formatPicoUsd(pico.toString()).slice(1).split(".");
    expect(BigInt(whole + fraction.padEnd(12, "0"))).toBe(pico);
  }
});

test("micro-USD are shown as exactly as pico-USD", () => {
  expect(formatMicroUsd(2_500_000)).toBe("$2.5");
  expect(formatMicroUsd(75_000)).toBe("$0.075");
});
