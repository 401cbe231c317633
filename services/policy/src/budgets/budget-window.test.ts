import { expect, test } from "vitest";
import { windowAt } from "./budget-window.ts";

const at = (text: string): number => Date.parse(text);

function bounds(span: "day" | "week" | "month" | "total", timeZone: string, time: string): (string | null)[] {
  const { startsMs, endsMs } = windowAt({ span, timeZone }, at(time));
  return [new Date(startsMs).toISOString(), endsMs === null ? null : new Date(endsMs).toISOString()];
}

test.each([
  ["day", "UTC", "2026-11-21T12:00:00Z", "2026-11-21T00:00:00.000Z", "2026-11-22T00:00:00.000Z"],
  ["day", "Asia/Tokyo", "2026-11-21T16:00:00Z", "2026-11-21T15:00:00.000Z", "2026-11-22T15:00:00.000Z"],
  ["week", "UTC", "2026-11-21T12:00:00Z", "2026-11-16T00:00:00.000Z", "2026-11-23T00:00:00.000Z"],
  ["week", "UTC", "2026-11-16T00:00:00Z", "2026-11-16T00:00:00.000Z", "2026-11-23T00:00:00.000Z"],
  ["month", "America/New_York", "2026-11-01T03:00:00Z", "2026-10-01T04:00:00.000Z", "2026-11-01T04:00:00.000Z"],
  ["month", "America/New_York", "2026-12-01T04:59:59Z", "2026-11-01T04:00:00.000Z", "2026-12-01T05:00:00.000Z"],
] as const)("a %s in %s at %s", (...[span, timeZone, time, ...ends]) => {
  expect(bounds(span, timeZone, time)).toEqual(ends);
});

test("a day on which clocks change is an hour longer or shorter", () => {
  expect(bounds("day", "Europe/Berlin", "2026-10-25T12:00:00Z")).toEqual([
    "2026-10-24T22:00:00.000Z",
    "2026-10-25T23:00:00.000Z",
  ]);
  expect(bounds("day", "Europe/Berlin", "2026-03-29T12:00:00Z")).toEqual([
    "2026-03-28T23:00:00.000Z",
    "2026-03-29T22:00:00.000Z",
  ]);
});

test("a total has no bounds", () => {
  expect(windowAt({ span: "total", timeZone: "UTC" }, at("2026-11-21T12:00:00Z"))).toEqual({
    startsMs: 0,
    endsMs: null,
  });
});
