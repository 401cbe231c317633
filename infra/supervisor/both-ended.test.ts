import { setTimeout as sleep } from "node:timers/promises";
import { expect, test } from "vitest";
import { bothEnded } from "./both-ended.ts";

test("the values come back in their order", async () => {
  expect(await bothEnded(sleep(5, "slow"), Promise.resolve(2))).toEqual(["slow", 2]);
});

test("a failure is told only when everything has ended, and the first in order is the one that is told", async () => {
  let ended = false;
  const slow = sleep(20).then(() => {
    ended = true;
    throw new Error("first in order");
  });
  await expect(bothEnded(slow, Promise.reject(new Error("first in time")))).rejects.toThrow("first in order");
  expect(ended).toBe(true);
});
