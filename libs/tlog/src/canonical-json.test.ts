import { describe, expect, test } from "vitest";
import { canonicalize } from "./canonical-json.ts";

describe("canonicalize", () => {
  test("sorts members by UTF-16 code units at every depth, so an astral character stands before U+FB33", () => {
    const value = { b: [{ z: 1, a: 2 }], "\ufb33": 1, "\ud83d\ude00": 2, a: null, "10": true, "9": false };
    expect(canonicalize(value)).toBe('{"10":true,"9":false,"a":null,"b":[{"a":2,"z":1}],"\ud83d\ude00":2,"\ufb33":1}');
  });

  test("sorts an object with more members than insertion sort is meant for", () => {
    const names = Array.from({ length: 200 }, (_, i) => `k${(i * 7919) % 200}`);
    const text = canonicalize(Object.fromEntries(names.map((name) => [name, 0])));
    expect(Object.keys(JSON.parse(text) as object)).toEqual(names.toSorted());
  });

  test("escapes as ECMAScript does and leaves the rest as it is", () => {
    expect(canonicalize('\u0000\b\t\n\f\r"\\/\u007f\u2028é€')).toBe('"\\u0000\\b\\t\\n\\f\\r\\"\\\\/\u007f\u2028é€"');
  });

  test("writes negative zero as zero", () => {
    expect(canonicalize(-0)).toBe("0");
  });

  test.each([
    ["a lone high surrogate", "a\ud800"],
    ["a lone low surrogate as a member's name", { "\udc00": 1 }],
    ["NaN", Number.NaN],
    ["an infinity", -Infinity],
    ["a float", { cost: 0.5 }],
    ["an integer beyond 2^53 - 1", 2 ** 53],
    ["undefined", undefined],
    ["an undefined member", { a: undefined }],
    ["a hole in an array", [1, , 2]], // eslint-disable-line no-sparse-arrays
    ["a bigint", 1n],
    ["a function", { toJSON: () => 1 }],
    ["a date", new Date(0)],
    ["a map", new Map()],
    ["a typed array", new Uint8Array(1)],
  ])("refuses %s", (_, value) => {
    expect(() => canonicalize(value)).toThrow(TypeError);
  });

  test("refuses a value that nests too deep, such as a cycle", () => {
    const cycle: unknown[] = [];
    cycle.push(cycle);
    expect(() => canonicalize(cycle)).toThrow("nests deeper");
  });

  test("takes every finite number when asked to, in ECMAScript's form", () => {
    expect(canonicalize([0.1, 1e21, 1e-7, 2 ** 53, -0.0], { numbers: "any" })).toBe(
      "[0.1,1e+21,1e-7,9007199254740992,0]",
    );
    expect(() => canonicalize(Number.NaN, { numbers: "any" })).toThrow(TypeError);
  });

  test("takes a number that no double holds as it was written, and where floats are taken alone", () => {
    const { rawJSON } = JSON as unknown as { rawJSON: (text: string) => unknown };
    expect(canonicalize({ a: rawJSON("1234567890123456789") }, { numbers: "any" })).toBe('{"a":1234567890123456789}');
    expect(() => canonicalize({ a: rawJSON("7") })).toThrow(TypeError);
  });

  test("takes objects without a prototype", () => {
    expect(canonicalize(Object.assign(Object.create(null), { a: 1 }))).toBe('{"a":1}');
  });
});
