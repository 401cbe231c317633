import { expect, test } from "vitest";
import { Backoff } from "./backoff.ts";

test("the first restart comes at once, the next ones ever later, up to five seconds", () => {
  const backoff = new Backoff();
  const delays = Array.from({ length: 8 }, () => backoff.next(10));
  expect(delays).toEqual([0, 200, 400, 800, 1_600, 3_200, 5_000, 5_000]);
});

test("what ran for half a minute is restarted at once again", () => {
  const backoff = new Backoff();
  for (let tries = 0; tries < 5; tries += 1) backoff.next(10);
  expect(backoff.next(30_000)).toBe(0);
  expect(backoff.next(10)).toBe(200);
});
