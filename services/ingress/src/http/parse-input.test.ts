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
