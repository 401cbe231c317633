import { expect, test } from "vitest";
import { readJson } from "./exact-json.ts";
import { plainNumber, plainText } from "./plain-value.ts";

test("plain values are what JavaScript makes of them", () => {
  for (const value of ["a", "", 7, true, null, undefined]) {
    expect(plainText(value)).toBe(String(value));
    expect(plainNumber(value)).toBe(Number(value));
  }
});

test("a number that was kept as its text is the nearest double", () => {
  expect(plainNumber((readJson('{"args":{"n":1152921504606846977}}') as { args: { n: unknown } }).args.n)).toBe(
    2 ** 60,
  );
});

test("no object can make them throw", () => {
  for (const json of ['{"toString":1,"valueOf":1}', "[]", "{}", '[{"toString":null,"valueOf":null}]']) {
    expect(plainText(JSON.parse(json))).toBe("");
    expect(plainNumber(JSON.parse(json))).toBeNaN();
  }
});
