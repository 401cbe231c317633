import { expect, test } from "vitest";
import { NumberSet } from "./number-set.ts";
import { Sequences } from "./sequences.ts";

const POLICY = { service: "policy", instance: "p1" };

function settledAt(
  ...ranges: [first: number, last: number][]
): [{ service: string; instance: string; settled: NumberSet }] {
  return [{ ...POLICY, settled: new NumberSet(ranges.map(([first, last]) => ({ first, last }))) }];
}

test("a hole is due when it has stood open for long enough, and not before", () => {
  const sequences = new Sequences();
  sequences.apply(settledAt([1, 4], [6, 9]));
  expect(sequences.observe(0, 100)).toEqual([]);
  expect(sequences.observe(99, 100)).toEqual([]);
  expect(sequences.observe(100, 100)).toEqual([{ ...POLICY, below: 9 }]);
});

test("a younger hole of the same producer is not due with an older one", () => {
  const sequences = new Sequences();
  sequences.apply(settledAt([2, 5]));
  expect(sequences.observe(0, 100)).toEqual([]);
  sequences.apply(settledAt([2, 5], [7, 9]));
  expect(sequences.observe(60, 100)).toEqual([]);
  expect(sequences.observe(110, 100)).toEqual([{ ...POLICY, below: 5 }]);
  expect(sequences.observe(160, 100)).toEqual([{ ...POLICY, below: 9 }]);
});

test("a hole that closed in time is never due, and the next one begins anew", () => {
  const sequences = new Sequences();
  sequences.apply(settledAt([1, 1], [3, 3]));
  expect(sequences.observe(0, 100)).toEqual([]);
  sequences.apply(settledAt([1, 3]));
  expect(sequences.observe(99, 100)).toEqual([]);
  sequences.apply(settledAt([1, 3], [5, 5]));
  expect(sequences.observe(150, 100)).toEqual([]);
  expect(sequences.observe(249, 100)).toEqual([]);
  expect(sequences.observe(250, 100)).toEqual([{ ...POLICY, below: 5 }]);
});
