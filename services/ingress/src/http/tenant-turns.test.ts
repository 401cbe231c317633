import { setImmediate as turn } from "node:timers/promises";
import { expect, test } from "vitest";
import { TenantTurns } from "./tenant-turns.ts";

test("one tenant's long work waits for itself, and others' goes on beside it", async () => {
  const turns = new TenantTurns(2);
  const begun: string[] = [];
  const ends: (() => void)[] = [];
  const ask = (name: string): Promise<void> =>
    turns.run(name.slice(0, 1), () => {
      begun.push(name);
      return new Promise((resolve) => ends.push(resolve));
    });
  const asked = ["a1", "a2", "b1", "c1", "b2"].map(ask);
  await turn();
  expect(begun).toEqual(["a1", "b1"]);
  ends[0]!();
  await turn();
  expect(begun).toEqual(["a1", "b1", "a2"]);
  ends[1]!();
  await turn();
  expect(begun).toEqual(["a1", "b1", "a2", "c1"]);
  for (const at of [2, 3]) ends[at]!();
  await turn();
  ends[4]!();
  await Promise.all(asked);
  expect(begun).toEqual(["a1", "b1", "a2", "c1", "b2"]);
});

test("work that fails makes way, and more than a few waiting pieces of one tenant are refused", async () => {
  const turns = new TenantTurns(1);
  await expect(turns.run("a", () => Promise.reject(new Error("no")))).rejects.toThrow("no");
  const { promise, resolve } = Promise.withResolvers<void>();
  const asked = Array.from({ length: 17 }, () => turns.run("a", () => promise));
  await expect(turns.run("a", () => promise)).rejects.toMatchObject({ code: "overloaded" });
  resolve();
  await Promise.all([...asked, turns.run("b", () => promise)]);
});
