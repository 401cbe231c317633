import { expect, test } from "vitest";
import { differences } from "./differences.ts";

test("equal values have no difference, whatever the order of their members", () => {
  expect(differences({ a: 1, b: [{ c: null }] }, { b: [{ c: null }], a: 1 })).toEqual([]);
});

test("the smallest differing parts are named by JSON Pointers, with both values as JSON", () => {
  const recorded = { reason: "a", ranked: [{ quality: 1 }, { quality: 2 }], gone: true };
  const replayed = { reason: "a", ranked: [{ quality: 1 }, { quality: 3 }, "more"], "new/~": null };
  expect(differences(recorded, replayed)).toEqual([
    { path: "/ranked/1/quality", recordedJson: "2", replayedJson: "3" },
    { path: "/ranked/2", recordedJson: "", replayedJson: '"more"' },
    { path: "/gone", recordedJson: "true", replayedJson: "" },
    { path: "/new~1~0", recordedJson: "", replayedJson: "null" },
  ]);
});

test("values of different kinds differ as a whole", () => {
  expect(differences({ a: [] }, { a: {} })).toEqual([{ path: "/a", recordedJson: "[]", replayedJson: "{}" }]);
  expect(differences({}, null)).toEqual([{ path: "", recordedJson: "{}", replayedJson: "null" }]);
});

test("no more are listed than anyone reads", () => {
  expect(
    differences(
      Array.from({ length: 500 }, () => 0),
      [],
    ),
  ).toHaveLength(100);
});
