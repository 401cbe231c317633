import * as fc from "fast-check";
import { expect, test } from "vitest";
import { nestsDeeper } from "./nests-deeper.ts";

function deeper(text: string, levels: number): boolean {
  return nestsDeeper(Buffer.from(text), levels);
}

function depthOf(value: unknown): number {
  if (typeof value !== "object" || value === null) return 0;
  return 1 + Math.max(0, ...Object.values(value).map(depthOf));
}

test("says how deep any JSON nests, whatever its strings hold", () => {
  const tricky = fc.stringMatching(/^["\\[\]{}a]{0,8}$/);
  const value = fc.oneof(fc.jsonValue({ maxDepth: 5 }), fc.dictionary(tricky, fc.array(tricky)));
  fc.assert(
    fc.property(value, (each) => {
      const depth = depthOf(each);
      expect(deeper(JSON.stringify(each), depth)).toBe(false);
      expect(deeper(JSON.stringify(each), depth - 1)).toBe(depth > 0);
    }),
  );
});

test("B13 takes time in the size of the text alone, whatever is in it", () => {
  const size = 500_000;
  for (const text of [
    "[".repeat(size),
    '"'.repeat(size),
    `"${"\\".repeat(size)}`,
    `"${'\\"'.repeat(size)}`,
    "[]".repeat(size),
  ]) {
    const startedMs = performance.now();
    deeper(text, 1_000);
    expect(performance.now() - startedMs).toBeLessThan(2_000);
  }
  expect(deeper("[".repeat(size), 1_000)).toBe(true);
});
