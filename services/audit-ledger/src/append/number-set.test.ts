import * as fc from "fast-check";
import { expect, test } from "vitest";
import { NumberSet } from "./number-set.ts";

const MAX = 40;

const Range = fc
  .tuple(fc.integer({ min: 1, max: MAX }), fc.integer({ min: 0, max: 4 }))
  .map(([first, more]) => ({ first, last: first + more }));

test("whatever ranges are added in whatever order, it is the set of their numbers", () => {
  fc.assert(
    fc.property(fc.array(Range, { maxLength: 30 }), (ranges) => {
      const set = new NumberSet();
      const numbers = new Set<number>();
      for (const range of ranges) {
        set.add(range);
        for (let n = range.first; n <= range.last; n += 1) numbers.add(n);
      }
      const largest = Math.max(0, ...numbers);
      const missing = Array.from({ length: largest }, (_, at) => at + 1).filter((n) => !numbers.has(n));
      expect(expand(set.ranges)).toEqual([...numbers].toSorted((a, b) => a - b));
      expect(expand(set.missingBelow(set.last, Infinity))).toEqual(missing);
      expect(set.last).toBe(largest);
      expect(set.hasHoles).toBe(missing.length > 0);
      // Ranges that touch are one, so that a sequence without a hole stays one range for ever.
      for (const [at, range] of set.ranges.entries()) {
        expect(range.first).toBeGreaterThan((set.ranges[at - 1]?.last ?? -1) + 1);
      }
    }),
  );
});

test("holes are given up to a number and up to a count", () => {
  const set = new NumberSet([
    { first: 3, last: 4 },
    { first: 8, last: 8 },
    { first: 12, last: 12 },
  ]);
  expect(set.missingBelow(7, 10)).toEqual([
    { first: 1, last: 2 },
    { first: 5, last: 6 },
  ]);
  expect(set.missingBelow(12, 2)).toHaveLength(2);
  expect(set.missingBelow(12, 3).at(-1)).toEqual({ first: 9, last: 11 });
});

function expand(ranges: readonly { first: number; last: number }[]): number[] {
  return ranges.flatMap(({ first, last }) => Array.from({ length: last - first + 1 }, (_, at) => first + at));
}
