import { expect, test } from "vitest";
import { isRawNumber, readJson, readOpaque } from "./exact-json.ts";

const BIG = "1234567890123456789";

test("only what is a tool's own keeps numbers as text; all else is what JSON.parse makes of it", () => {
  const text = `{"seed":${BIG},"usage":{"cost":0.1234567890123456789},"input":[${BIG}],"response":{"id":${BIG}},"args":${BIG}}`;
  expect(readJson(text)).toEqual(JSON.parse(text));
  const { input } = readJson(`{"input":{"id":${BIG},"small":7},"n":${BIG}}`) as { input: Record<string, unknown> };
  expect(isRawNumber(input["id"])).toBe(true);
  expect(input["small"]).toBe(7);
});

test("a number that a double holds is a number, however it is written", () => {
  const same = [
    "9007199254740992",
    "1.50000000000000000",
    "100000000000000000000",
    "1e21",
    "1.5E-007",
    "0.00e999",
    "-0e-400",
  ];
  const { args } = readJson(`{"args":{"far":1e999,"same":[${same.join(",")}]}}`) as { args: { same: unknown[] } };
  expect(args.same).toEqual(same.map(Number));
});

test.each([
  BIG,
  `-${BIG}`,
  "9007199254740993",
  "0.1234567890123456789",
  "1e400",
  "-1.5E+0400",
  "1e-400",
  "3.00000000000000001",
])("%s is written as it was read", (number) => {
  for (const text of [`{"input":{"a":[${number}]}}`, `{"arguments":{"__proto__":{"a":${number}}}}`]) {
    expect(JSON.stringify(readJson(text))).toBe(text);
  }
  expect(JSON.stringify(readOpaque(`{"a": ${number}}`))).toBe(`{"a":${number}}`);
  expect(readOpaque(` ${number}`)).toBe(Number(number));
});

test("what is longer than any number, or nests deeper than can be walked, is read as ever", () => {
  const long = "9".repeat(2_000);
  expect(readJson(`{"input":{"a":${long}}}`)).toEqual({ input: { a: Infinity } });
  const deep = `${"[".repeat(100_000)}${BIG}${"]".repeat(100_000)}`;
  expect(Array.isArray(readJson(deep))).toBe(true);
});

test("text that is no JSON is refused", () => {
  for (const text of [`{"a": ${BIG}`, `[ ${BIG}.]`, "x"]) expect(() => readJson(text)).toThrow(SyntaxError);
});
