import { expect, test } from "vitest";
import { parseDecimal } from "./decimal.ts";

test.each([
  ["0", 0],
  ["600", 600],
  ["9007199254740991", 2 ** 53 - 1],
])("%j is %i", (text, number) => {
  expect(parseDecimal(text)).toBe(number);
});

test.each(["", "00", "01", "-1", "+1", "1.0", "1e3", " 1", "1\n", "0x1", "9007199254740992", "10000000000000000"])(
  "%j is no size",
  (text) => {
    expect(parseDecimal(text)).toBeNull();
  },
);
