import { expect, test } from "vitest";
import { formatSpans } from "./bar-chart.ts";

test("bars stand where and as long as their spans are on one time axis", () => {
  const chart = formatSpans(
    [
      { label: "classify", startUs: 0, lengthUs: 250 },
      { label: "decide", startUs: 250, lengthUs: 250 },
      { label: "answer", startUs: 500, lengthUs: 500 },
    ],
    8,
  );
  expect(chart).toBe(
    ["classify  ██        250 µs", "decide      ██      250 µs", "answer        ████  500 µs"].join("\n"),
  );
});

test("a span too short for a cell still shows", () => {
  const chart = formatSpans(
    [
      { label: "a", startUs: 0, lengthUs: 3 },
      { label: "b", startUs: 3, lengthUs: 2_000_000 },
    ],
    4,
  );
  expect(chart.split("\n")[0]).toBe("a  ▏     3 µs");
  expect(chart.split("\n")[1]).toBe("b  ████  2.00 s");
});

test("a span at the very end stays inside the chart", () => {
  const [first, second] = formatSpans(
    [
      { label: "a", startUs: 0, lengthUs: 10 },
      { label: "b", startUs: 10, lengthUs: 0 },
    ],
    4,
  ).split("\n");
  expect(first).toBe("a  ████  10 µs");
  expect(second).toBe("b     ▏  0 µs");
});

test("nothing to draw is nothing", () => {
  expect(formatSpans([])).toBe("");
});
