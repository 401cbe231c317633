import { once } from "node:events";
import type { SignalboxError } from "@signalbox/proto";
import { expect, test } from "vitest";
import { Deadline } from "./deadline.ts";

const LONG_MS = 60_000;

async function firstReason(times: { totalMs: number | null; leftMs: number }): Promise<SignalboxError> {
  const { totalMs, leftMs } = times;
  const all = { firstByteMs: LONG_MS, idleMs: LONG_MS, totalMs, totalAtMs: performance.now() + leftMs };
  using deadline = new Deadline(all, "one", new AbortController().signal);
  await once(deadline.signal, "abort");
  return deadline.signal.reason as SignalboxError;
}

test("an attempt that outlasts its provider's own total is the provider's failure", async () => {
  expect(await firstReason({ totalMs: 20, leftMs: LONG_MS })).toMatchObject({
    code: "upstream-timeout",
    details: { provider: "one" },
  });
});

test.each([null, LONG_MS])("the end of the request's time is not, with a total of %j", async (totalMs) => {
  expect(await firstReason({ totalMs, leftMs: 20 })).toMatchObject({ code: "deadline-exceeded" });
});
