import { expect, test } from "vitest";
import { plainRequestFacts } from "./plain-request.ts";
import { RequestFacts } from "./request-facts.ts";

test("the facts of a plain request fit their contract", () => {
  expect(RequestFacts.parse(plainRequestFacts())).toEqual(plainRequestFacts());
});

test("what is special about a request takes the plain value's place", () => {
  expect(plainRequestFacts({ model: "a/b", stream: true })).toEqual({
    ...plainRequestFacts(),
    model: "a/b",
    stream: true,
  });
});
