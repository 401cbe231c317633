import { SignalboxError } from "@signalbox/proto";
import { expect, test } from "vitest";
import { z } from "zod";
import { parseInput } from "./parse-input.ts";

const Input = z.strictObject({
  name: z.string(),
  limit: z.number().max(5).optional(),
  inner: z.strictObject({ a: z.string() }).optional(),
});

test.each<[object, string, string]>([
  [{ name: "a", nmae: "b" }, "nmae", "Invalid 'nmae': there is no such parameter; there are name, limit, inner."],
  [{ name: "a", inner: { a: "b", c: 1 } }, "c", "Invalid 'c': there is no such parameter."],
  [{}, "name", "Invalid 'name': it is missing; expected a text."],
  [{ name: "a", limit: 6 }, "limit", "Invalid 'limit': expected at most 5."],
])("%j is refused with the field and what would be right", (input, param, message) => {
  expect(() => parseInput(Input, input)).toThrow(
    new SignalboxError("invalid-request", message, { details: { param } }),
  );
});

test("a text with U+0000, which PostgreSQL cannot keep, is refused wherever it stands, and one that only spells it is not", () => {
  for (const input of [{ name: "a\u0000b" }, { name: "a", inner: { a: "\\\u0000" } }, { name: "a", "\u0000": 1 }])
    expect(() => parseInput(Input, input)).toThrow("U+0000");
  expect(parseInput(Input, { name: "\\u0000 \\\\u0000" })).toEqual({ name: "\\u0000 \\\\u0000" });
  const deep: unknown = JSON.parse(`${"[".repeat(30_000)}${"]".repeat(30_000)}`);
  expect(() => parseInput(Input, { name: deep })).toThrow("nests too deep");
});
