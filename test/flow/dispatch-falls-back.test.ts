import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { delta, failure, json, RESET, type Script, streamed, whole } from "../kit/upstream.ts";
import { CHAT, type DispatchRig, planned, startDispatchRig, wordsIn } from "./dispatch-rig.ts";

let rig: DispatchRig;
beforeAll(async () => {
  rig = await startDispatchRig({ timeouts: { firstByteMs: 400, idleMs: 400 } });
});
afterAll(() => rig[Symbol.asyncDispose]());

const STREAM = { ...CHAT, stream: true };
const role = delta({ role: "assistant", content: "" });
const stall = { waitMs: 5_000 };
const inBand = { send: { error: { message: "overloaded", code: 503 } } };

const NESTED = `{"choices":[{"message":{"content":"a"}}],"x":${"[".repeat(100_000)}${"]".repeat(100_000)}}`;

type Case = [name: string, script: Script, code: string];

/** Failures before the first content, of streamed and of whole answers. */
const EARLY: Case[] = [
  ["a 429", failure(429, { "retry-after": "2" }), "upstream-rate-limited"],
  ["a 500", failure(500), "upstream-error"],
  ["a dead key", failure(401), "upstream-auth"],
  ["an unknown model", failure(404), "upstream-not-found"],
  ["a request timeout", failure(408), "upstream-timeout"],
  ["no answer at all", { before: [stall], steps: [] }, "upstream-timeout"],
];
const EARLY_STREAM: Case[] = [
  ["a 200 whose first event is an error", { steps: [inBand] }, "upstream-error"],
  ["a 200 with an error after the role", { steps: [role, inBand] }, "upstream-error"],
  ["a 200 that ends before any content", { steps: [role] }, "upstream-error"],
  ["a 200 that is reset before any content", { steps: [role, { drop: "reset" }] }, "upstream-unreachable"],
  ["a 200 that stalls before any content", { steps: [role, stall] }, "upstream-timeout"],
  ["a failure as finish reason", { steps: [delta({}, "insufficient_system_resource")] }, "upstream-error"],
  ["a 200 with an error body", json(200, { error: { message: "no", code: 500 } }), "upstream-error"],
];
const EARLY_WHOLE: Case[] = [
  ["a 200 with an error body", json(200, { error: { message: "no" } }), "upstream-error"],
  ["a 200 with HTML", { headers: { "content-type": "text/html" }, steps: [{ send: "<html>" }] }, "upstream-error"],
  ["a 200 that is compressed wrongly", json(200, {}, { "content-encoding": "gzip" }), "upstream-error"],
  ["a 200 that is nested too deeply", { ...json(200, {}), steps: [{ send: NESTED }] }, "upstream-error"],
  [
    "a 200 that is cut",
    { ...json(200, {}), steps: [{ send: '{"choices":' }, { drop: "reset" }] },
    "upstream-unreachable",
  ],
];

describe("B6 a failure before the first content is answered by the next endpoint, and nobody sees it", () => {
  test.each([...EARLY, ...EARLY_STREAM])("a stream: %s", async (_, script, code) => {
    rig.one.next(script);
    rig.two.next(streamed("from two"));
    const sent = await rig.send(STREAM);
    const { serving, text, error } = await sent.exchange;
    expect([wordsIn(text), error, serving?.planIndex]).toEqual(["from two", null, 1]);
    expect(await rig.outcomeOf(sent.requestId)).toMatchObject({
      result: "completed",
      endpoint: "two/model-two",
      attempts: [
        { endpoint: "one/model-one", result: "failed", error: code, costPicoUsd: "0", usage: { source: "none" } },
        { endpoint: "two/model-two", result: "completed" },
      ],
    });
  });

  test.each([...EARLY, ...EARLY_WHOLE])("a whole answer: %s", async (_, script, code) => {
    rig.one.next(script);
    rig.two.next(whole("from two"));
    const sent = await rig.send(CHAT);
    const { serving, text } = await sent.exchange;
    expect([text.includes("from two"), serving?.provider]).toEqual([true, "two"]);
    expect((await rig.outcomeOf(sent.requestId)).attempts[0]).toMatchObject({ result: "failed", error: code });
  });

  test("a provider that nobody configured is passed over", async () => {
    rig.two.next(whole("from two"));
    const { exchange } = await rig.send(CHAT, { plan: [planned("nowhere"), planned("two")] });
    expect((await exchange).text).toContain("from two");
  });
});

describe("B6 after the first content no other endpoint is asked", () => {
  const words = [role, delta({ content: "half an " }), delta({ content: "answer" })];
  test.each<Case>([
    ["an error event", { steps: [...words, inBand] }, "upstream-error"],
    ["the end of the body", { steps: words }, "upstream-error"],
    ["a reset", { steps: [...words, { drop: "reset" }] }, "upstream-unreachable"],
    ["our side's half-close", { steps: [...words, { drop: "half-close" }] }, "upstream-unreachable"],
    ["a stall", { steps: [...words, stall] }, "upstream-timeout"],
  ])("%s ends the stream with a typed error", async (_, script, code) => {
    const before = rig.two.received.length;
    rig.one.next(script);
    const sent = await rig.send(STREAM);
    const { frames, text, error } = await sent.exchange;
    expect([wordsIn(text), text.includes("[DONE]"), error?.code]).toEqual(["half an answer", false, code]);
    expect(frames.slice(-2)).toEqual(["closing", "error"]);
    expect(rig.two.received.length).toBe(before);
    expect(await rig.outcomeOf(sent.requestId)).toMatchObject({
      result: "failed",
      error: code,
      endpoint: "one/model-one",
      // B4: what was generated is billed, by what came and not by what might have.
      usage: { inputTokens: 7, outputTokens: 4, source: "estimated" },
      costPicoUsd: String(7n * 1_000_000n + 4n * 2_000_000n),
    });
  });
});

describe("a plan that is used up", () => {
  test("ends in the last endpoint's error, with every attempt recorded", async () => {
    rig.one.next(failure(500));
    rig.two.next(failure(429, { "retry-after-ms": "250" }));
    const sent = await rig.send(CHAT);
    const { error, frames } = await sent.exchange;
    expect(frames).toEqual(["closing", "error"]);
    expect(error).toMatchObject({
      code: "upstream-rate-limited",
      details: { provider: "two", upstreamStatus: 429, retryAfterMs: 250 },
    });
    expect(await rig.outcomeOf(sent.requestId)).toMatchObject({
      result: "failed",
      error: "upstream-rate-limited",
      endpoint: null,
      costPicoUsd: "0",
      attempts: [{ httpStatus: 500 }, { httpStatus: 429, retryAfterMs: 250 }],
    });
  });

  test.each([400, 413, 422])("a %i is the caller's own and is not tried elsewhere", async (status) => {
    const before = rig.two.received.length;
    rig.one.next(failure(status));
    const sent = await rig.send(CHAT);
    expect((await sent.exchange).error).toMatchObject({
      code: "upstream-invalid-request",
      message: `scripted ${status}`,
      details: { upstreamStatus: status },
    });
    expect(rig.two.received.length).toBe(before);
  });
});

test("a connection that breaks before the answer is tried once more at the same endpoint", async () => {
  rig.one.next(RESET, whole("second try"));
  const sent = await rig.send(CHAT);
  expect((await sent.exchange).text).toContain("second try");
  const { attempts } = await rig.outcomeOf(sent.requestId);
  expect(attempts).toMatchObject([
    { endpoint: "one/model-one", result: "failed", error: "upstream-unreachable", httpStatus: null },
    { endpoint: "one/model-one", result: "completed" },
  ]);
  rig.one.next(RESET, RESET);
  rig.two.next(whole("from two"));
  expect((await (await rig.send(CHAT)).exchange).text).toContain("from two");
});

test("B15 a provider's key never leaves in an error", async () => {
  rig.one.next(json(400, { error: { message: "bad: key-one" } }));
  const { exchange } = await rig.send(CHAT);
  expect(JSON.stringify((await exchange).error)).not.toContain("key-one");
});
