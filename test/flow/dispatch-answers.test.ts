import { gzipSync, brotliCompressSync } from "node:zlib";
import { setTimeout as sleep } from "node:timers/promises";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { delta, DONE, json, streamed, USAGE, usageChunk, whole } from "../kit/upstream.ts";
import { CHAT, type DispatchRig, eventsIn, planned, startDispatchRig, wordsIn } from "./dispatch-rig.ts";

let rig: DispatchRig;
beforeAll(async () => {
  rig = await startDispatchRig();
});
afterAll(() => rig[Symbol.asyncDispose]());

const STREAM = { ...CHAT, stream: true };
const WITH_USAGE = { ...STREAM, stream_options: { include_usage: true } };
/** 9 input and 12 output tokens at the rig's prices. */
const COST = String(9n * 1_000_000n + 12n * 2_000_000n);

function call(id: string, name: string, text: string): object {
  return { tool_calls: [{ index: 0, id, function: { name, arguments: text } }] };
}

describe("a whole answer", () => {
  test("comes in one content frame, with its decision and cost, after its outcome is recorded", async () => {
    rig.one.next(whole("Hello 🚦"));
    const sent = await rig.send({ ...CHAT, top_k: 5 });
    const { frames, serving, text } = await sent.exchange;
    // The event comes to the test by another connection than the answer.
    await expect.poll(() => rig.outcomeCount(sent.requestId)).toBe(1);
    expect(frames).toEqual(["serving", "content", "closing", "final"]);
    expect(serving).toEqual({
      provider: "one",
      model: "model-one",
      planIndex: 0,
      translation: "none",
      contentType: "",
    });
    const body = JSON.parse(text) as { choices: unknown[]; usage: { signalbox: unknown } };
    expect(body.choices).toMatchObject([{ message: { content: "Hello 🚦", refusal: null }, finish_reason: "stop" }]);
    const outcome = await rig.outcomeOf(sent.requestId);
    expect(body.usage.signalbox).toEqual({
      decision_id: outcome.decisionId,
      endpoint: "one/model-one",
      cost_usd: 0.000033,
      cost_pico_usd: COST,
      usage_source: "reported",
    });
    expect(outcome).toMatchObject({
      result: "completed",
      error: null,
      endpoint: "one/model-one",
      finishReason: "stop",
      stream: false,
      attempts: [{ endpoint: "one/model-one", result: "completed", httpStatus: 200, costPicoUsd: COST }],
      usage: { inputTokens: 9, outputTokens: 12, source: "reported" },
      costPicoUsd: COST,
      answerBytes: Buffer.byteLength(text),
    });
    expect(rig.one.received.at(-1)).toMatchObject({
      path: "/v1/chat/completions",
      body: { ...CHAT, model: "model-one", top_k: 5 },
      headers: { authorization: "Bearer key-one" },
    });
  });

  test("B12 is read when it comes compressed", async () => {
    const bytes = Buffer.from(JSON.stringify({ choices: [{ message: { content: "ü".repeat(5_000) } }], usage: USAGE }));
    for (const [encoding, body] of [
      ["gzip", gzipSync(bytes)],
      ["br", brotliCompressSync(bytes)],
    ] as const) {
      const headers = { "content-type": "application/json", "content-encoding": encoding };
      rig.one.next({ headers, steps: [{ send: body }], splitBytes: 7 });
      const { exchange } = await rig.send(CHAT);
      expect((await exchange).text).toContain("ü".repeat(5_000));
    }
  });

  test("that an unpriced endpoint gives costs null, never zero", async () => {
    rig.one.next(whole("Hello"));
    const sent = await rig.send(CHAT, { plan: [planned("one", null)] });
    expect((await sent.exchange).text).toContain('"cost_pico_usd":null');
    expect(await rig.outcomeOf(sent.requestId)).toMatchObject({ costPicoUsd: null, attempts: [{ costPicoUsd: null }] });
  });

  test("passes on the trace context and nothing else that came from the client", async () => {
    rig.one.next(whole("Hello"));
    const traceparent = "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01";
    const reply = await rig.claim();
    await rig.dispatch(reply as { address: string; claim: string }, CHAT, { traceparent }).exchange;
    const { headers } = rig.one.received.at(-1)!;
    expect(headers["traceparent"]).toBe(traceparent);
    expect(Object.keys(headers).toSorted()).toEqual([
      "accept",
      "accept-encoding",
      "authorization",
      "connection",
      "content-length",
      "content-type",
      "host",
      "traceparent",
      "user-agent",
    ]);
  });
});

describe("a streamed answer", () => {
  test("B2 has usage asked for upstream and taken out for a client that did not ask", async () => {
    rig.one.next(streamed("Hel", "lo"));
    const sent = await rig.send(STREAM);
    const { frames, text } = await sent.exchange;
    expect(rig.one.received.at(-1)?.body).toMatchObject({ stream_options: { include_usage: true } });
    expect([wordsIn(text), text.includes('"usage"'), text.endsWith("data: [DONE]\n\n")]).toEqual([
      "Hello",
      false,
      true,
    ]);
    expect(frames.filter((frame) => frame !== "content")).toEqual(["serving", "closing", "final"]);
    expect(await rig.outcomeOf(sent.requestId)).toMatchObject({
      usage: { inputTokens: 9, outputTokens: 12, source: "reported" },
      costPicoUsd: COST,
      stream: true,
      answerBytes: Buffer.byteLength(text),
    });
  });

  test("B2 ends with a usage chunk for a client that asked", async () => {
    rig.one.next(streamed("Hello"));
    const { exchange } = await rig.send(WITH_USAGE);
    const last = eventsIn((await exchange).text).at(-1);
    expect(last).toMatchObject({ choices: [], usage: { ...USAGE, signalbox: { cost_pico_usd: COST } } });
  });

  test("B2 without reported usage is estimated, within the bound, and marked so", async () => {
    rig.one.next({ steps: [delta({ content: "x".repeat(4_000) }), delta({}, "stop"), DONE] });
    const sent = await rig.send({ ...STREAM, max_tokens: 50 });
    await sent.exchange;
    expect((await rig.outcomeOf(sent.requestId)).usage).toEqual({
      inputTokens: 7,
      cachedInputTokens: 0,
      cacheWriteTokens: 0,
      outputTokens: 50,
      reasoningTokens: 0,
      source: "estimated",
    });
  });

  test("B12 is the same however the provider's bytes are cut", async () => {
    const script = streamed("🚦", "ü", "ok");
    const texts = new Set<string>();
    for (const splitBytes of [1, 3, 64, 100_000]) {
      rig.one.next({ ...script, splitBytes });
      texts.add((await (await rig.send(STREAM)).exchange).text);
    }
    expect(texts.size).toBe(1);
    expect(wordsIn([...texts][0]!)).toBe("🚦üok");
  });

  test("B12 is passed on as it comes, not when it is over", async () => {
    const { promise, resolve } = Promise.withResolvers<void>();
    rig.one.next({ steps: [delta({ content: "first" }), { until: promise }, delta({}, "stop"), usageChunk(), DONE] });
    const sent = await rig.send(STREAM);
    expect(wordsIn(await sent.content(1))).toBe("first");
    resolve();
    expect((await sent.exchange).error).toBeNull();
  });

  test("several events that come in one read leave in one frame", async () => {
    const all = streamed("a", "b", "c").steps.map((step) =>
      "send" in step && typeof step.send === "object" ? `data: ${JSON.stringify(step.send)}\n\n` : "data: [DONE]\n\n",
    );
    rig.one.next({ steps: [{ send: all.join("") }] });
    const { exchange } = await rig.send(STREAM);
    expect((await exchange).frames).toEqual(["serving", "content", "closing", "final"]);
  });

  test("B7 has tool calls with stable indexes and ids, whatever the provider calls them", async () => {
    rig.one.next({
      steps: [delta(call("a", "f", "{}")), delta(call("b", "g", '{"x":1}')), delta({}, "tool_calls"), DONE],
    });
    const { exchange } = await rig.send(STREAM);
    const calls = eventsIn((await exchange).text).flatMap((event) => {
      return (event["choices"] as { delta: { tool_calls?: object[] } }[]).flatMap(
        (choice) => choice.delta.tool_calls ?? [],
      );
    });
    expect(calls).toMatchObject([
      { index: 0, id: "a" },
      { index: 1, id: "b", function: { name: "g", arguments: '{"x":1}' } },
    ]);
  });

  test("that a provider gives whole is cut into the stream that was asked for", async () => {
    rig.one.next(whole("All at once"));
    const { exchange } = await rig.send(STREAM);
    const { text } = await exchange;
    expect([wordsIn(text), text.endsWith("data: [DONE]\n\n")]).toEqual(["All at once", true]);
  });

  test("keeps its connection for the next request", async () => {
    for (const _ of [1, 2, 3]) {
      rig.one.next(streamed("a"));
      await (
        await rig.send(STREAM)
      ).exchange;
      await sleep(20);
    }
    const last = rig.one.received.slice(-3).map((request) => request.connection);
    expect(new Set(last).size).toBe(1);
  });
});

test("the output cap of the decision bounds the upstream request", async () => {
  rig.one.next(json(200, { choices: [{ message: { content: "a" }, finish_reason: "length" }] }));
  const sent = await rig.send({ ...CHAT, max_completion_tokens: 900 }, { maxOutputTokens: 100 });
  await sent.exchange;
  expect(rig.one.received.at(-1)?.body["max_completion_tokens"]).toBe(100);
});
