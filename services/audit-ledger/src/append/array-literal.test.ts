import { expect, test } from "vitest";
import { arrayLiteral, bareArrayLiteral, jsonbText } from "./array-literal.ts";

test("elements are quoted, and the word NULL is a text while null is none", () => {
  expect(arrayLiteral(["a", "a", null, null, "NULL", "", 'q"\\', "{,}"])).toBe(
    String.raw`{"a","a",NULL,NULL,"NULL","","q\"\\","{,}"}`,
  );
});

test("numbers and ids stand as they are", () => {
  expect(bareArrayLiteral([7, null, "018f4a3e-7c1a-7b2c-8d3e-0123456789ab"])).toBe(
    "{7,NULL,018f4a3e-7c1a-7b2c-8d3e-0123456789ab}",
  );
  expect(bareArrayLiteral([])).toBe("{}");
});

test("what Postgres' text and jsonb cannot hold is replaced", () => {
  expect(arrayLiteral(["a\u0000b"])).toBe('{"a\ufffdb"}');
  expect(jsonbText({ "k\u0000": "\ud800x\u{1f600}" })).toBe('{"k\\ufffd":"\\ufffdx\u{1f600}"}');
  // Six characters that only spell one of them are what they are.
  const spelled = { user: String.raw`C:\u0000 \\ud800 "\ud800"` };
  expect(JSON.parse(jsonbText(spelled))).toEqual(spelled);
});
