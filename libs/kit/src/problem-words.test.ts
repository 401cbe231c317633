import { expect, test } from "vitest";
import { z } from "zod";
import { problemWords } from "./problem-words.ts";

const Form = z.strictObject({
  tag: z.array(z.string()).min(1).max(2),
  by: z.enum(["key", "user", "team"]),
  count: z.int().min(1).max(8),
  share: z.number().positive().lt(1),
  allow: z.literal(true),
  models: z.union([z.literal("auto"), z.array(z.union([z.string(), z.strictObject({ price: z.number() })]))]),
  url: z.url(),
  at: z.iso.datetime(),
  own: z.string().refine(() => false, "words of its own"),
});
const RIGHT = {
  tag: ["a"],
  by: "key",
  count: 1,
  share: 0.5,
  allow: true,
  models: [{ price: 1 }],
  url: "http://x",
  at: "2026-11-22T00:00:00Z",
};

test.each<[object, string]>([
  [{ tag: "secret" }, "expected a list, such as [a, b]"],
  [{ tag: undefined }, "it is missing; expected a list, such as [a, b]"],
  [{ tag: [] }, "expected a list of at least 1"],
  [{ tag: ["a", "b", "c"] }, "expected a list of at most 2"],
  [{ by: "planet" }, "expected key, user or team"],
  [{ count: "many" }, "expected a number"],
  [{ count: 9 }, "expected at most 8"],
  [{ count: 0 }, "expected at least 1"],
  [{ share: 0 }, "expected more than 0"],
  [{ share: 1 }, "expected less than 1"],
  [{ allow: false }, "expected true"],
  [{ models: [{ price: "1" }] }, "0: price: expected a number"],
  [{ models: [{ price: 1, x: 1, y: 2 }] }, "there is no field 'x'; there is no field 'y'"],
  [{ models: 5 }, "expected auto or a list, such as [a, b]"],
  [{ models: undefined }, "it is missing"],
  [{ url: "nowhere" }, "expected a URL like https://example.org"],
  [{ at: "noon" }, "expected a time like 2026-12-31T10:00:00Z"],
  [{ own: "x" }, "words of its own"],
])("%j is told what would be right", (wrong, words) => {
  const [field = ""] = Object.keys(wrong);
  const found = Form.safeParse({ ...RIGHT, ...wrong }, { error: problemWords }).error?.issues ?? [];
  expect(found.find(({ path }) => path[0] === field)?.message).toBe(words);
});
