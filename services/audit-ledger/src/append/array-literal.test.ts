import { expect, test } from "vitest";
import { arrayLiteral, jsonbText } from "./array-literal.ts";

test("elements are quoted, and the word NULL is a text while null is none", () => {
  expect(arrayLiteral(["a", null, "NULL", "", 'q"\\', "{,}", 7])).toBe(
    String.raw`{"a",NULL,"NULL","","q\"\\","{,}",7}`,
  );
});

test("what Postgres' text and jsonb cannot hold is replaced", () => {
  expect(arrayLiteral(["a\u0000b"])).toBe('{"a\ufffdb"}');
  expect(jsonbText({ "k\u0000": "\ud800x\u{1f600}" })).toBe('{"k\\ufffd":"\\ufffdx\u{1f600}"}');
});
