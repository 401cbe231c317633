import { expect, test } from "vitest";
import { Running } from "./running.ts";

test("a stop waits for requests that begin meanwhile, and breaks them off when its time is over", async () => {
  const running = new Running();
  const first = Promise.withResolvers<void>();
  const late = Promise.withResolvers<void>();
  const begin = (claim: string, work: PromiseWithResolvers<void>): void => {
    void running.run({ claim, requestId: claim, interrupt: () => work.resolve() }, () => work.promise);
  };
  begin("first", first);
  const settled = running.settle(20, () => "stopped");
  begin("late", late);
  first.resolve();
  await settled;
  expect(running.size).toBe(0);
});

test("what begins after the time is over is broken off as well", async () => {
  const running = new Running();
  const interrupted: unknown[] = [];
  const last = Promise.withResolvers<void>();
  const first = Promise.withResolvers<void>();
  void running.run({ claim: "first", requestId: "first", interrupt: () => {} }, () => first.promise);
  const settled = running.settle(1, () => "stopped");
  const interrupt = (reason: unknown): void => {
    interrupted.push(reason);
    last.resolve();
  };
  setTimeout(() => {
    void running.run({ claim: "last", requestId: "last", interrupt }, () => last.promise);
    first.resolve();
  }, 20);
  await settled;
  expect(interrupted).toEqual(["stopped"]);
});
