import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { delta, failure, json, type Script, streamed, USAGE, usageChunk, whole } from "../kit/upstream.ts";
import { CHAT, type DispatchRig, planned, startDispatchRig } from "./dispatch-rig.ts";

/*
 * Goal: what a provider reports of an attempt is billed, whatever became of the attempt. The outcome says so for each of
 * them, and its sum is what budgets settle.
 */

let rig: DispatchRig;
beforeAll(async () => {
  rig = await startDispatchRig({ timeouts: { firstByteMs: 400, idleMs: 400 } });
});
afterAll(() => rig[Symbol.asyncDispose]());

const STREAM = { ...CHAT, stream: true };
const REPORTED = 9n * 1_000_000n + 12n * 2_000_000n;
const inBand = { send: { error: { message: "overloaded", code: 503 } } };
const failed = { index: 0, message: { role: "assistant", content: "" }, finish_reason: "insufficient_system_resource" };

test("B3 what a dispatcher that was lost may have had done is said, and is in no figure", async () => {
  rig.one.next(whole("first"));
  const first = await rig.send(CHAT);
  rig.one.next(whole("again"));
  const again = await rig.send(CHAT, { lostBefore: true });
  expect(await rig.outcomeOf(first.requestId)).not.toHaveProperty("lostBefore");
  expect(await rig.outcomeOf(again.requestId)).toMatchObject({ lostBefore: true, costPicoUsd: `${REPORTED}` });
});

describe("B4 an attempt that failed before its content is billed by what its provider reported, beside the one that answered", () => {
  test.each<[string, Script]>([
    ["an error inside a 200", json(200, { error: { message: "no" }, usage: USAGE })],
    ["a failure as finish reason", json(200, { choices: [failed], usage: USAGE })],
    ["an answer without choices", json(200, { choices: [], usage: USAGE })],
    ["an error status", json(500, { error: { message: "no" }, usage: USAGE })],
  ])("a whole answer: %s", async (_, script) => {
    rig.one.next(script);
    rig.two.next(whole("from two"));
    const sent = await rig.send(CHAT);
    await sent.exchange;
    expect(await rig.outcomeOf(sent.requestId)).toMatchObject({
      result: "completed",
      attempts: [
        {
          result: "failed",
          usage: { inputTokens: 9, outputTokens: 12, source: "reported" },
          costPicoUsd: `${REPORTED}`,
        },
        { result: "completed" },
      ],
      costPicoUsd: `${2n * REPORTED}`,
    });
  });

  test.each<[string, Script]>([
    ["an error event with usage", { steps: [{ send: { error: { message: "no", code: 503 }, usage: USAGE } }] }],
    ["an error event after usage", { steps: [usageChunk(), inBand] }],
    ["the body's end after usage", { steps: [delta({ role: "assistant" }), usageChunk()] }],
  ])("a stream: %s", async (_, script) => {
    rig.one.next(script);
    rig.two.next(streamed("from two"));
    const sent = await rig.send(STREAM);
    await sent.exchange;
    expect(await rig.outcomeOf(sent.requestId)).toMatchObject({
      result: "completed",
      attempts: [{ result: "failed", usage: { source: "reported" } }, { result: "completed" }],
      costPicoUsd: `${2n * REPORTED}`,
    });
  });

  test("when every endpoint fails, the sum is what they reported", async () => {
    rig.one.next(json(200, { error: { message: "no" }, usage: USAGE }));
    rig.two.next(failure(500));
    const sent = await rig.send(CHAT);
    await sent.exchange;
    expect(await rig.outcomeOf(sent.requestId)).toMatchObject({ result: "failed", costPicoUsd: `${REPORTED}` });
  });
});

describe("B2 a stream that breaks off is billed by its prompt as reported and by what came of its answer", () => {
  test("where usage without output came before the content", async () => {
    const begin = delta({ role: "assistant" }, null, { usage: { prompt_tokens: 50, completion_tokens: 0 } });
    rig.one.next({ steps: [begin, delta({ content: "x".repeat(40) }), inBand] });
    const sent = await rig.send(STREAM);
    await sent.exchange;
    expect(await rig.outcomeOf(sent.requestId)).toMatchObject({
      result: "failed",
      usage: { inputTokens: 50, outputTokens: 10, source: "estimated" },
    });
  });

  test("where a report of a few tokens came before most of the content", async () => {
    const begin = delta({ content: "xxxx" }, null, { usage: { prompt_tokens: 50, completion_tokens: 1 } });
    rig.one.next({ steps: [begin, delta({ content: "x".repeat(40) }), inBand] });
    const sent = await rig.send(STREAM);
    await sent.exchange;
    expect(await rig.outcomeOf(sent.requestId)).toMatchObject({
      result: "failed",
      usage: { inputTokens: 50, outputTokens: 11, source: "estimated" },
    });
  });

  test("where Anthropic's message says at its start what was read from the cache", async () => {
    const usage = { input_tokens: 10, cache_read_input_tokens: 40, output_tokens: 1 };
    const events = [
      { type: "message_start", message: { id: "m", role: "assistant", model: "m", content: [], usage } },
      { type: "content_block_start", index: 0, content_block: { type: "text", text: "" } },
      { type: "content_block_delta", index: 0, delta: { type: "text_delta", text: "x".repeat(40) } },
      { type: "error", error: { type: "overloaded_error", message: "no" } },
    ];
    const steps = events.map((event) => ({ send: `event: ${event.type}\ndata: ${JSON.stringify(event)}\n\n` }));
    rig.one.next({ headers: { "content-type": "text/event-stream" }, steps });
    const plan = [{ ...planned("one"), dialect: "anthropic-messages" as const }];
    const sent = await rig.send(STREAM, { plan });
    await sent.exchange;
    expect(await rig.outcomeOf(sent.requestId)).toMatchObject({
      result: "failed",
      usage: { inputTokens: 50, cachedInputTokens: 40, outputTokens: 10, source: "estimated" },
      costPicoUsd: `${10n * 1_000_000n + 40n * 100_000n + 10n * 2_000_000n}`,
    });
  });
});

describe("B5 why a cost may not be what is billed stands in the attempt", () => {
  type Expected = { costPicoUsd: string; costDoubts?: string[]; usage?: object };
  test.each<[string, object, Expected]>([
    [
      "the provider charges another sum",
      { usage: { ...USAGE, cost: 0.001, is_byok: false, cost_details: {} } },
      { costPicoUsd: "1000000000", costDoubts: ["charge"] },
    ],
    [
      "the price of the service is not known",
      { usage: USAGE, service_tier: "flex" },
      { costPicoUsd: `${REPORTED}`, costDoubts: ["service-tier"] },
    ],
    [
      "the price of priority is not known",
      { usage: USAGE, service_tier: "priority" },
      { costPicoUsd: `${2n * REPORTED}`, costDoubts: ["service-tier"] },
    ],
    [
      "a count is none",
      { usage: { ...USAGE, prompt_tokens_details: { cached_tokens: -1 } } },
      { costPicoUsd: `${REPORTED}`, costDoubts: ["malformed-usage"] },
    ],
    [
      "more than anybody could write",
      { usage: { prompt_tokens: 9, completion_tokens: 4_000_000_000, total_tokens: 4_000_000_009 } },
      { costPicoUsd: `${7n * 1_000_000n + 10n * 2_000_000n}`, costDoubts: ["implausible-usage"] },
    ],
    [
      "nothing, but that a text without any output tokens is estimated (B2)",
      { usage: { prompt_tokens: 9, completion_tokens: 0, total_tokens: 9 } },
      { costPicoUsd: `${9n * 1_000_000n + 10n * 2_000_000n}`, usage: { outputTokens: 10, source: "estimated" } },
    ],
  ])("%s", async (_, body, expected) => {
    rig.one.next(whole("x".repeat(40), body));
    const sent = await rig.send(CHAT, { plan: [planned("one")], inputTokens: 7 });
    await sent.exchange;
    const [attempt] = (await rig.outcomeOf(sent.requestId)).attempts;
    expect(attempt).toMatchObject(expected);
    expect(attempt?.costDoubts).toEqual(expected.costDoubts);
  });
});
