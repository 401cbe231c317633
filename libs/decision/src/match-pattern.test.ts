import { expect, test } from "vitest";
import { matchPattern } from "./match-pattern.ts";

test.each([
  ["*", "openai/gpt-4o", true],
  ["openai/*", "openai/gpt-4o", true],
  ["openai/*", "openrouter/openai/gpt-4o", false],
  ["*gpt-4o*", "openrouter/openai/gpt-4o-mini", true],
  ["*-mini", "openai/gpt-4o-mini", true],
  ["*-mini", "openai/gpt-4o-mini-2024", false],
  ["a*b*c", "a-b-b-c", true],
  ["gpt-4o", "gpt-4o", true],
  ["gpt-4o", "gpt-4o-mini", false],
  ["gpt.4o", "gpt-4o", false],
  ["", "", true],
  ["", "x", false],
])("the pattern %j over %j is %j", (pattern, text, covers) => {
  expect(matchPattern(pattern, text)).toBe(covers);
});

test("a pattern of many stars is judged at once", () => {
  expect(matchPattern(`${"*a".repeat(120)}b`, "a".repeat(256))).toBe(false);
});
