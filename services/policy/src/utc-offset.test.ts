import { expect, test } from "vitest";
import { utcOffsetMinutes } from "./utc-offset.ts";

test.each([
  ["UTC", "2026-07-01T00:00Z", 0],
  ["Europe/Berlin", "2026-03-29T00:59Z", 60],
  ["Europe/Berlin", "2026-03-29T01:00Z", 120],
  ["Europe/Berlin", "2026-10-25T01:00Z", 60],
  ["Asia/Kathmandu", "2026-01-01T00:00Z", 345],
  ["America/St_Johns", "2026-01-01T00:00Z", -210],
])("%s at %s is %i minutes ahead of UTC", (zone, at, minutes) => {
  expect(utcOffsetMinutes(zone, Date.parse(at))).toBe(minutes);
});
