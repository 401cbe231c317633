import * as fc from "fast-check";
import { expect, test } from "vitest";
import { exceededBound, type JsonBounds } from "./json-bounds.ts";

const NONE: JsonBounds = { levelsMax: Infinity, partsMax: Infinity, commasMax: Infinity };

function exceeded(text: string, bounds: Partial<JsonBounds>): string | null {
  return exceededBound(Buffer.from(text), { ...NONE, ...bounds });
}

type Counted = { readonly levels: number; readonly parts: number; readonly commas: number };

function counted(value: unknown): Counted {
  if (typeof value !== "object" || value === null) return { levels: 0, parts: 0, commas: 0 };
  const values = Object.values(value).map(counted);
  const sum = (name: "parts" | "commas"): number => values.reduce((all, each) => all + each[name], 0);
  return {
    levels: 1 + Math.max(0, ...values.map(({ levels }) => levels)),
    parts: 1 + (Array.isArray(value) ? 0 : values.length) + sum("parts"),
    commas: Math.max(0, values.length - 1) + sum("commas"),
  };
}

test("says what any JSON is built of, whatever its strings hold", () => {
  const tricky = fc.stringMatching(/^["\\[\]{}:,a]{0,8}$/);
  const value = fc.oneof(fc.jsonValue({ maxDepth: 5 }), fc.dictionary(tricky, fc.array(tricky)));
  fc.assert(
    fc.property(value, (each) => {
      const { levels, parts, commas } = counted(each);
      const text = JSON.stringify(each);
      expect(exceeded(text, { levelsMax: levels, partsMax: parts, commasMax: commas })).toBeNull();
      expect(exceeded(text, { levelsMax: levels - 1 })).toBe(levels > 0 ? "levels" : null);
      expect(exceeded(text, { partsMax: parts - 1 })).toBe(parts > 0 ? "parts" : null);
      expect(exceeded(text, { commasMax: commas - 1 })).toBe(commas > 0 ? "commas" : null);
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
    exceeded(text, {});
    expect(performance.now() - startedMs).toBeLessThan(2_000);
  }
  expect(exceeded("[".repeat(size), { levelsMax: 1_000 })).toBe("levels");
});
