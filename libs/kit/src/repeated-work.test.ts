import { expect, test } from "vitest";
import { repeatWork } from "./repeated-work.ts";

test("runs do not overlap, and a second call while one is under way is the same run", async () => {
  let begun = 0;
  const { promise, resolve } = Promise.withResolvers<void>();
  const work = (): Promise<void> => {
    begun += 1;
    return promise;
  };
  await using repeated = repeatWork({ everyMs: 1, work, onFailure: () => {} });
  const first = repeated.run();
  await new Promise((done) => setTimeout(done, 20));
  expect(repeated.run()).toBe(first);
  expect(begun).toBe(1);
  resolve();
  await first;
});

test("a run that fails is told of, and the next one comes", async () => {
  const failures: unknown[] = [];
  let begun = 0;
  const work = async (): Promise<void> => {
    begun += 1;
    if (begun === 1) throw new Error("the first fails");
  };
  await using repeated = repeatWork({ everyMs: 1, work, onFailure: (error) => failures.push(error) });
  await expect.poll(() => begun).toBeGreaterThan(2);
  expect(failures).toEqual([new Error("the first fails")]);
  expect(await repeated.run()).toBeUndefined();
});

test("what is disposed of has ended, and begins no more", async () => {
  let [begun, ended] = [0, 0];
  const work = async (): Promise<void> => {
    begun += 1;
    await new Promise((done) => setTimeout(done, 10));
    ended += 1;
  };
  const repeated = repeatWork({ everyMs: 1, work, onFailure: () => {} });
  await expect.poll(() => begun, { interval: 1 }).toBeGreaterThan(0);
  await repeated[Symbol.asyncDispose]();
  const before = begun;
  expect(ended).toBe(before);
  await new Promise((done) => setTimeout(done, 20));
  expect(begun).toBe(before);
});
