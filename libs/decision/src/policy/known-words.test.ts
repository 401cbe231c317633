import { expect, test } from "vitest";
import { knownWords } from "./known-words.ts";

const POLICY = { vocabulary: { tags: ["eu"], signals: { tier: ["gold", "silver"] } } };

test("what the policy does not name stays out, and what it names comes as it was said", () => {
  const caller = { team: "red", tags: ["eu", "jane.doe"], signals: { tier: "gold", note: "jane.doe" } };
  expect(knownWords(caller, POLICY)).toEqual({ team: "red", tags: ["eu"], signals: { tier: "gold" } });
});

test("a known signal with another value, or a name that every object has, is not known", () => {
  const caller = { tags: ["jane.doe"], signals: { tier: "platinum", constructor: "x" } };
  expect(knownWords(caller, POLICY)).toEqual({});
});
