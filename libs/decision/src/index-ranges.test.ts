import * as fc from "fast-check";
import { expect, test } from "vitest";
import { formatIndexRanges, parseIndexRanges } from "./index-ranges.ts";

test("neighbours become ranges and loners stand alone", () => {
  expect(formatIndexRanges([0, 1, 2, 14, 16])).toBe("0-2,14,16");
  expect(formatIndexRanges([])).toBe("");
});

test("reading ranges gives back the indexes that were written", () => {
  fc.assert(
    fc.property(fc.uniqueArray(fc.nat(2_000)), (indexes) => {
      const ascending = indexes.toSorted((a, b) => a - b);
      expect(parseIndexRanges(formatIndexRanges(ascending))).toEqual(ascending);
    }),
  );
});
