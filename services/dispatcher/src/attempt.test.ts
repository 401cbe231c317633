import { NO_USAGE, SignalboxError } from "@signalbox/proto";
import { expect, test } from "vitest";
import { type AttemptResult, attemptWith } from "./attempt.ts";
import type { CompleteAnswer } from "./complete-answer.ts";
import type { Deadline } from "./deadline.ts";
import { FrameSink, type Serving } from "./frame-sink.ts";
import { giveOut } from "./give-out.ts";
import type { Provider } from "./providers.ts";

const LONG_MS = 60_000;
const provider = { name: "one", firstByteMs: LONG_MS, idleMs: LONG_MS, totalMs: null } as Provider;
const serving = { endpoint: { provider: "one", upstreamModel: "m" }, planIndex: 0, translation: "none" } as Serving;

/** An attempt whose caller takes what is written, or never more than the first piece. */
function tryWith(
  work: (sink: FrameSink, deadline: Deadline) => Promise<CompleteAnswer>,
  { totalMs = LONG_MS, takes = true } = {},
): Promise<AttemptResult> {
  const sink = new FrameSink({ isGone: false, write: () => takes, onDrain: () => () => {}, end: () => {} });
  const { signal } = new AbortController();
  const bounds = { totalAtMs: performance.now() + totalMs, inputTokens: 7, maxOutputTokens: null };
  return attemptWith({ provider, sink, signal, ...bounds }, (deadline) => work(sink, deadline));
}

test("B12 the request's time ends an attempt whose caller takes nothing", async () => {
  const result = await tryWith(
    async (sink, deadline) => {
      await giveOut("piece", serving, { context: { sink }, deadline });
      throw new Error("went on");
    },
    { totalMs: 30, takes: false },
  );
  expect(result).toMatchObject({ kind: "failed", error: { code: "deadline-exceeded" } });
});

const broken = new SignalboxError("upstream-unreachable", "The connection broke off.");

test("B4 an attempt that breaks off after something without a text was given out is not free", async () => {
  const result = await tryWith(async (sink, deadline) => {
    await giveOut(Buffer.of(1, 2, 3), serving, { context: { sink }, deadline });
    throw broken;
  });
  expect(result.usage).toMatchObject({ source: "estimated", inputTokens: 7, outputTokens: 0 });
});

test("B4 an attempt that gave nothing out is", async () => {
  expect((await tryWith(() => Promise.reject(broken))).usage).toEqual(NO_USAGE);
});
