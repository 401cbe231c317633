import { afterAll, beforeAll, expect, test } from "vitest";
import { cachedAt, CHAT, dispatchTo, startIngressRig, type IngressRig } from "./ingress-rig.ts";

const ANSWER = {
  id: "chatcmpl-1",
  object: "chat.completion",
  created: 1_795_000_000,
  model: "org/model-1",
  choices: [
    {
      index: 0,
      message: { role: "assistant", content: "Hello!", refusal: null },
      logprobs: null,
      finish_reason: "stop",
    },
  ],
  usage: { prompt_tokens: 5, completion_tokens: 2, total_tokens: 7 },
};
const KEPT = { ...CHAT, temperature: 0 };

let rig: IngressRig;
let isGone = false;
let kept: object = ANSWER;
let endpoint = "mock/org/model-1";
beforeAll(async () => {
  rig = await startIngressRig({
    cache: (call) => {
      if (isGone || call.request.tenant !== "alice") {
        call.emit("error", { code: 5, details: "gone" });
        return;
      }
      const body = Buffer.from(JSON.stringify(kept));
      call.write({ body: body.subarray(0, 40) });
      call.write({ body: body.subarray(40) });
      call.end();
    },
    dispatcher: (call) => {
      call.write({ frame: { $case: "content", value: Buffer.from('"fresh"') } });
      call.write({ frame: { $case: "final", value: { tail: Buffer.alloc(0) } } });
      call.end();
    },
  });
  await rig.playLine((item) =>
    item.facts.cache.mode === "off" ? dispatchTo(rig.address) : { ...cachedAt(rig.address), endpoint },
  );
});
afterAll(() => rig[Symbol.asyncDispose]());

test("a hit is the cached answer with this decision and no cost, and its outcome is recorded", async () => {
  const response = await rig.post(KEPT);
  expect(response.status).toBe(200);
  const decisionId = response.headers.get("x-signalbox-decision-id");
  expect(Object.fromEntries(response.headers)).toMatchObject({
    "x-signalbox-cache": "hit",
    "x-signalbox-provider": "mock",
    "x-signalbox-model": "org/model-1",
  });
  const body = (await response.json()) as typeof ANSWER;
  expect(body).toMatchObject({ id: "chatcmpl-1", choices: ANSWER.choices, usage: { prompt_tokens: 5 } });
  expect(body.usage).toMatchObject({ signalbox: { decision_id: decisionId, cost_pico_usd: "0" } });
  const { event } = await rig.outcomeOf(response.headers.get("x-request-id")!);
  expect(event).toMatchObject({
    result: "cached",
    decisionId,
    endpoint: "mock/org/model-1",
    finishReason: "stop",
    costPicoUsd: "0",
    usage: { inputTokens: 5, outputTokens: 2 },
    attempts: [],
  });
  expect(event.answerBytes).toBe(Buffer.byteLength(JSON.stringify(body)));
});

test("a hit of a model whose name no header can hold is answered, with what of the name it can", async () => {
  endpoint = "mock/通义-max";
  try {
    const response = await rig.post(KEPT, { signal: AbortSignal.timeout(5_000) });
    expect([response.status, response.headers.get("x-signalbox-model")]).toEqual([200, "??-max"]);
  } finally {
    endpoint = "mock/org/model-1";
  }
});

test("a hit is told in the form of who asks with functions", async () => {
  const called = { name: "look", arguments: "{}" };
  const message = { role: "assistant", content: null, tool_calls: [{ id: "c", type: "function", function: called }] };
  kept = { ...ANSWER, choices: [{ index: 0, message, finish_reason: "tool_calls" }] };
  try {
    const asked = { ...KEPT, functions: [{ name: "look", parameters: { type: "object" } }] };
    expect(await (await rig.post(asked)).json()).toMatchObject({
      choices: [{ message: { content: null, function_call: called }, finish_reason: "function_call" }],
    });
    expect(await (await rig.post(KEPT)).json()).toMatchObject({ choices: [{ message, finish_reason: "tool_calls" }] });
  } finally {
    kept = ANSWER;
  }
});

test("a hit is replayed as a stream when a stream is asked for", async () => {
  const response = await rig.post({ ...KEPT, stream: true, stream_options: { include_usage: true } });
  expect(response.headers.get("content-type")).toContain("text/event-stream");
  const events = (await response.text()).split("\n\n").filter((event) => event !== "");
  expect(events.at(-1)).toBe("data: [DONE]");
  const chunks = events.slice(0, -1).map((event) => JSON.parse(event.slice("data: ".length)) as Record<string, never>);
  expect(chunks.map((chunk) => chunk["object"])).toEqual(chunks.map(() => "chat.completion.chunk"));
  expect(chunks[0]).toMatchObject({ choices: [{ delta: { role: "assistant", content: "Hello!" } }] });
  expect(chunks.at(-1)).toMatchObject({ choices: [], usage: { total_tokens: 7 } });
});

test("B8 a hit has the numbers of a call that no double holds as they were kept", async () => {
  const far = (JSON as unknown as { rawJSON: (text: string) => unknown }).rawJSON("1e400");
  const content = [{ type: "tool_use", id: "c1", name: "f", input: { far } }];
  kept = { id: "msg_1", type: "message", role: "assistant", model: "m", content, stop_reason: "tool_use" };
  const response = await fetch(`${rig.baseUrl}/v1/messages`, {
    method: "POST",
    headers: { "content-type": "application/json", authorization: `Bearer ${rig.memberKey}` },
    body: JSON.stringify({ ...KEPT, max_tokens: 50 }),
  });
  kept = ANSWER;
  expect(response.headers.get("x-signalbox-cache")).toBe("hit");
  expect(await response.text()).toContain('"input":{"far":1e400}');
});

test("a hit whose answer is gone goes down the line again with the cache off", async () => {
  isGone = true;
  const before = rig.seen.length;
  const response = await rig.post(KEPT);
  isGone = false;
  expect(await response.text()).toBe('"fresh"');
  expect(
    rig.seen.slice(before).map(({ facts }) => [facts.attempt, facts.cache.mode, facts.cache.key !== null]),
  ).toEqual([
    [1, "auto", true],
    [2, "off", false],
  ]);
});

test("a hit whose outcome cannot be recorded is not served", async () => {
  await (await rig.operator.jetstreamManager()).streams.delete("AUDIT");
  const response = await rig.post(KEPT);
  expect(response.status).toBe(503);
  expect(await response.text()).not.toContain("Hello!");
});
