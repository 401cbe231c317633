import { expect, test } from "vitest";
import { StreamWindow } from "./stream-window.ts";

test("half of the window is credited at once, and all of it in the end of a long stream", () => {
  const { window, credits } = open();
  for (let n = 0; n < 10; n += 1) window.take(30);
  expect(credits).toEqual([60, 60, 60, 60, 60]);
});

test("a short stream is never credited", () => {
  const { window, credits } = open();
  window.take(49);
  expect(credits).toEqual([]);
});

test("B12 what comes while the client is slow is credited when it goes on", () => {
  const { window, credits } = open();
  window.pause();
  window.take(50);
  window.take(50);
  expect(credits).toEqual([]);
  window.resume();
  expect(credits).toEqual([100]);
  window.take(50);
  expect(credits).toEqual([100, 50]);
});

function open(): { window: StreamWindow; credits: number[] } {
  const credits: number[] = [];
  return { window: new StreamWindow(100, (bytes) => credits.push(bytes)), credits };
}
