import { type Attempt, WIRES } from "@signalbox/proto";
import { afterAll, beforeAll, expect, test } from "vitest";
import { json, type Script, streamed } from "../kit/upstream.ts";
import { membersOf } from "./matrix/wires/wire-fake.ts";
import { WIRE_FAKES } from "./matrix/wires/wires.ts";
import { CHAT, planned, startDispatchRig, type DispatchRig } from "./dispatch-rig.ts";

const ANSWER = {
  id: "msg_up",
  type: "message",
  role: "assistant",
  model: "claude",
  content: [{ type: "text", text: "Hello" }],
  stop_reason: "end_turn",
  stop_sequence: null,
  usage: { input_tokens: 9, output_tokens: 12 },
};

let rig: DispatchRig;
beforeAll(async () => {
  rig = await startDispatchRig({
    providers: { one: { quirks: { thinkTags: "leading" } }, two: { dialect: "anthropic-messages" } },
  });
  rig.two.always(json(200, ANSWER));
});
afterAll(() => rig[Symbol.asyncDispose]());

const AT_TWO = { ...planned("two"), dialect: "anthropic-messages" } as const;
/** Anthropic has no place for it. */
const LOSSY = { ...CHAT, max_tokens: 50, logit_bias: { "50256": -100 } };

test("a request in another wire's form names what was left out, in a header and on the record", async () => {
  const sent = await rig.send(LOSSY, { plan: [AT_TWO] });
  const { serving, text } = await sent.exchange;
  expect(JSON.parse(text)).toMatchObject({ choices: [{ message: { content: "Hello" }, finish_reason: "stop" }] });
  expect(serving?.translation).toMatch(/^lossy; count=1; sampling\.logitBias \S+ \S+$/);
  const [attempt] = (await rig.outcomeOf(sent.requestId)).attempts;
  expect(attempt?.translation).toMatchObject({ total: 1, losses: [{ path: "sampling.logitBias" }] });
  const { path, headers, body } = rig.two.received.at(-1)!;
  expect(path).toBe("/v1/messages");
  expect(headers).toMatchObject({ "x-api-key": "key-two", "anthropic-version": expect.any(String) });
  expect(headers).not.toHaveProperty("authorization");
  expect(body).not.toHaveProperty("logit_bias");
});

test("a request that fits is called lossless, and one in the provider's own form is not translated", async () => {
  const translated = await rig.send({ ...CHAT, max_tokens: 50 }, { plan: [AT_TWO] });
  expect((await translated.exchange).serving?.translation).toBe("lossless");
  const plain = await rig.send(LOSSY, { plan: [planned("one")] });
  expect((await plain.exchange).serving?.translation).toBe("none");
  expect((await rig.outcomeOf(plain.requestId)).attempts[0]).not.toHaveProperty("translation");
});

test("where losses are forbidden the next endpoint that loses nothing answers", async () => {
  const before = rig.two.received.length;
  const sent = await rig.send(LOSSY, { plan: [AT_TWO, planned("one")], translation: "enforce" });
  expect((await sent.exchange).serving?.provider).toBe("one");
  expect(rig.two.received).toHaveLength(before);
  const { attempts, passedOver } = await rig.outcomeOf(sent.requestId);
  expect(attempts.map(({ endpoint }) => endpoint)).toEqual([planned("one").endpoint]);
  const translation = { total: 1, losses: [{ path: "sampling.logitBias" }] };
  expect(passedOver).toMatchObject([{ endpoint: AT_TWO.endpoint, error: "unprocessable", translation }]);
});

test("where losses are forbidden and none can be avoided nothing is called, and the error names them", async () => {
  const before = rig.two.received.length;
  const sent = await rig.send(LOSSY, { plan: [AT_TWO], translation: "enforce" });
  const { error } = await sent.exchange;
  expect(error?.code).toBe("unprocessable");
  expect(error?.message).toMatch(/logit.?bias/i);
  expect(rig.two.received).toHaveLength(before);
  expect(await rig.outcomeOf(sent.requestId)).toMatchObject({ result: "failed", error: "unprocessable", attempts: [] });
});

test("B9 what Claude signed goes back to Claude byte for byte, and to nobody else", async () => {
  const signature = "c2lnbmVk+/==";
  const thinking = { type: "thinking", thinking: " Hm \n", signature };
  const turns = [
    { role: "user", content: "Why?" },
    { role: "assistant", content: [thinking, { type: "text", text: "So." }] },
    { role: "user", content: "And?" },
  ];
  const asked = { model: "auto", max_tokens: 50, messages: turns };
  const own = await rig.send(asked, { plan: [AT_TWO], dialect: "anthropic-messages" });
  expect((await own.exchange).serving?.translation).toBe("none");
  expect(rig.two.received.at(-1)!.text).toContain(JSON.stringify(thinking));
  const elsewhere = await rig.send(asked, { plan: [planned("one")], dialect: "anthropic-messages" });
  await elsewhere.exchange;
  expect(rig.one.received.at(-1)!.text).not.toContain(signature);
  const [attempt] = (await rig.outcomeOf(elsewhere.requestId)).attempts;
  expect(attempt?.translation?.losses).toContainEqual({
    path: "messages[1].parts[0].state",
    what: "reasoning-signature",
    why: "foreign",
  });
});

/** A group's tool is called by both of their names in one list, here one that no other wire takes. */
const GROUP = { type: "namespace", name: "mcp.files", tools: [{ type: "function", name: `open_${"a_".repeat(50)}` }] };
const NARROWER = WIRES.filter((wire) => wire !== "openai-responses").flatMap((wire) => [
  [wire, false] as const,
  [wire, true] as const,
]);

test.each(NARROWER)(
  "B7 a tool whose name %s does not take is called by it all the same (stream: %s)",
  async (wire, stream) => {
    const sentNames: unknown[] = [];
    rig.two.always(({ body }) => {
      const [name] = membersOf(body["tools"] ?? body["toolConfig"], "name").map(String);
      sentNames.push(name);
      const calls = [{ id: "t1", name: name ?? "", arguments: {} }];
      return WIRE_FAKES[wire][stream ? "streamed" : "whole"]({ calls });
    });
    const plan = [{ ...planned("two"), dialect: wire }];
    const asked = { model: "auto", max_output_tokens: 50, stream, input: "Go", tools: [GROUP] };
    const sent = await rig.send(asked, { plan, stream, dialect: "openai-responses" });
    const { text, error } = await sent.exchange;
    rig.two.always(json(200, ANSWER));
    expect(error).toBeNull();
    expect(sentNames).toEqual([expect.stringMatching(/^mcp_files__open_[a_]+_[0-9a-f]{16}$/)]);
    expect(text).toContain(`"name":"${GROUP.tools[0]?.name}"`);
    expect(text).toContain(`"namespace":"mcp.files"`);
    expect(text).not.toContain(sentNames[0]);
  },
);

test("an endpoint's own cap on output takes the place of the order's", async () => {
  const plan = [{ ...planned("one"), maxOutputTokens: 20_000 }];
  await (
    await rig.send({ ...CHAT, stream: true }, { plan, maxOutputTokens: 32_768 })
  ).exchange;
  expect(rig.one.received.at(-1)!.body["max_tokens"]).toBe(20_000);
});

async function bounded(maxOutputTokens: number): Promise<Attempt | undefined> {
  const sent = await rig.send(CHAT, { plan: [planned("one")], maxOutputTokens });
  await sent.exchange;
  return (await rig.outcomeOf(sent.requestId)).attempts[0];
}

test("B5 more output than was allowed is billed as reported, and flagged", async () => {
  expect(await bounded(5)).toMatchObject({ overBound: true, usage: { outputTokens: 12, source: "reported" } });
  expect(await bounded(12)).not.toHaveProperty("overBound");
});

test("B6 a filter's refusal inside a stream is the request's own fault: no other endpoint is asked", async () => {
  const before = rig.one.received.length;
  rig.two.next({ steps: [{ send: { error: { code: "content_filter", message: "Filtered." } } }] });
  const plan = [planned("two"), planned("one")];
  const sent = await rig.send({ ...CHAT, stream: true }, { plan });
  expect((await sent.exchange).error).toMatchObject({ code: "upstream-invalid-request", message: "Filtered." });
  expect(rig.one.received).toHaveLength(before);
});

test("B6 an event of a megabyte before the first content is passed on, and still held back from a failure after it", async () => {
  const padding = "x".repeat(1024 * 1024);
  const message = { ...ANSWER, content: [], padding };
  const start = { send: `event: message_start\ndata: ${JSON.stringify({ type: "message_start", message })}\n\n` };
  const overloaded = { type: "error", error: { type: "overloaded_error", message: "Busy." } };
  const body = { ...CHAT, max_tokens: 9, stream: true };
  const plan = [AT_TWO, planned("one")];
  rig.two.next({ steps: [start, { send: `event: error\ndata: ${JSON.stringify(overloaded)}\n\n` }] });
  rig.one.next(streamed("Hello"));
  const sent = await rig.send(body, { plan, dialect: "anthropic-messages" });
  const { serving, text } = await sent.exchange;
  expect(serving?.provider).toBe("one");
  expect(text).not.toContain(padding);
  const said = { type: "content_block_delta", index: 0, delta: { type: "text_delta", text: "Hi" } };
  const events = [
    said,
    { type: "message_delta", delta: { stop_reason: "end_turn" }, usage: { output_tokens: 1 } },
    { type: "message_stop" },
  ];
  const rest = events.map((each) => ({ send: `event: ${each.type}\ndata: ${JSON.stringify(each)}\n\n` }));
  rig.two.next({ steps: [start, ...rest] });
  const whole = await rig.send(body, { plan, dialect: "anthropic-messages" });
  expect((await whole.exchange).text).toContain(padding);
});

test("who asks with functions is answered with a function_call, by a wire that knows tools alone", async () => {
  const functions = [{ name: "look", parameters: { type: "object", properties: {} } }];
  const call = { type: "tool_use", id: "toolu_1", name: "look", input: { at: "x" } };
  rig.two.next(json(200, { ...ANSWER, content: [call], stop_reason: "tool_use" }));
  const sent = await rig.send({ ...CHAT, functions, max_tokens: 50 }, { plan: [AT_TWO] });
  const message = { function_call: { name: "look", arguments: '{"at":"x"}' } };
  expect(JSON.parse((await sent.exchange).text)).toMatchObject({
    choices: [{ message, finish_reason: "function_call" }],
  });
  expect(rig.two.received.at(-1)!.body).toMatchObject({ tools: [{ name: "look" }] });
  expect((await rig.outcomeOf(sent.requestId)).attempts[0]).not.toHaveProperty("translation");
});

test("reasoning that a provider leaves in its text is told apart, whole and streamed", async () => {
  const said = "<think>\nHm\n</think>\n\nYes.";
  const message = { role: "assistant", content: said };
  rig.one.next(json(200, { id: "up", created: 1, choices: [{ index: 0, message, finish_reason: "stop" }] }));
  const whole = await rig.send(CHAT, { plan: [planned("one")] });
  expect(JSON.parse((await whole.exchange).text)).toMatchObject({
    choices: [{ message: { content: "Yes.", reasoning_content: "Hm" } }],
  });
  rig.one.next({ ...streamed(...said.split("")), splitBytes: 7 });
  const asked = { ...CHAT, stream: true, max_tokens: 50 };
  const stream = await rig.send(asked, { plan: [planned("one")], dialect: "anthropic-messages" });
  const { text } = await stream.exchange;
  const deltas = [...text.matchAll(/"delta":({"type":"(?:thinking|text)_delta"[^}]*})/g)].map(([, delta]) => {
    return JSON.parse(delta!) as { thinking?: string; text?: string };
  });
  expect(deltas.map(({ thinking = "" }) => thinking).join("")).toBe("Hm");
  expect(deltas.map(({ text: piece = "" }) => piece).join("")).toBe("Yes.");
});

test("a prompt that is too long for one endpoint goes to the next", async () => {
  const message = "This model's maximum context length is 8192 tokens. However, your messages resulted in 9000 tokens.";
  const tooLong = json(400, { error: { message, type: "invalid_request_error", code: null } });
  rig.one.next(tooLong, tooLong);
  const asked = { ...CHAT, max_tokens: 50 };
  const sent = await rig.send(asked, { plan: [planned("one"), AT_TWO] });
  expect((await sent.exchange).serving?.provider).toBe("two");
  const refused = await rig.send(asked, { plan: [planned("one")] });
  expect((await refused.exchange).error).toMatchObject({ code: "upstream-invalid-request", message });
});

test("B8 numbers that no double holds reach provider and caller as they were written", async () => {
  const far = (JSON as unknown as { rawJSON: (text: string) => unknown }).rawJSON("1e400");
  const use = { type: "tool_use", id: "c1", name: "f", input: { far } };
  const asked = { role: "user", content: "Go" };
  const given = { role: "user", content: [{ type: "tool_result", tool_use_id: "c1", content: "Gone" }] };
  const messages = [asked, { role: "assistant", content: [use] }, given];
  rig.two.next(json(200, { ...ANSWER, content: [use], stop_reason: "tool_use" }));
  const sent = await rig.send(
    { model: "auto", max_tokens: 50, messages },
    { plan: [AT_TWO], dialect: "anthropic-messages" },
  );
  expect((await sent.exchange).text).toContain('"input":{"far":1e400}');
  expect(rig.two.received.at(-1)!.body).toMatchObject({
    messages: [{}, { content: [{ input: { far: Infinity } }] }, {}],
  });
});

test("B8 what an answer loses on its way to its caller is on the record, whole and streamed", async () => {
  const blocks = [
    { type: "thinking", thinking: "Hm", signature: "c2ln" },
    { type: "text", text: "Yes." },
  ];
  const lost = { path: "answer.choices[0].parts[0]", what: "reasoning", why: "no-equivalent" };
  rig.two.next(json(200, { ...ANSWER, content: blocks }));
  const asked = { model: "auto", prompt: "Why?", max_tokens: 50 };
  const whole = await rig.send(asked, { plan: [AT_TWO], dialect: "openai-completions" });
  expect(JSON.parse((await whole.exchange).text)).toMatchObject({ choices: [{ text: "Yes." }] });
  const [attempt] = (await rig.outcomeOf(whole.requestId)).attempts;
  expect(attempt?.translation).toEqual({ total: 1, losses: [lost] });
  rig.one.next(streamed("<think>Hm</think>", "Yes."));
  const stream = await rig.send({ ...asked, stream: true }, { plan: [planned("one")], dialect: "openai-completions" });
  await stream.exchange;
  const [streamedOne] = (await rig.outcomeOf(stream.requestId)).attempts;
  expect(streamedOne?.translation).toEqual({ total: 1, losses: [{ ...lost, path: "answer.choices[0]" }] });
});

const said = (parts: object[], finishReason: string): Script["steps"][number] => {
  const body = { candidates: [{ content: { role: "model", parts }, finishReason, index: 0 }] };
  return { send: `data: ${JSON.stringify(body)}\r\n\r\n` };
};

test("B7 an answer of Gemini that says STOP before its end ends for its caller where its body does", async () => {
  const call = { functionCall: { name: "look", args: { at: "x" } } };
  rig.two.next({ steps: [said([{ text: "I look." }], "STOP"), said([call], "STOP")] });
  const plan = [{ ...planned("two"), dialect: "gemini" as const }];
  const sent = await rig.send({ ...CHAT, max_tokens: 50, stream: true }, { plan });
  const { text } = await sent.exchange;
  const ends = [...text.matchAll(/"finish_reason":"(\w+)"/g)];
  expect(ends.map(([, reason]) => reason)).toEqual(["tool_calls"]);
  expect(ends[0]!.index).toBeGreaterThan(text.indexOf('"look"'));
  expect((await rig.outcomeOf(sent.requestId)).attempts).toMatchObject([{ result: "completed" }]);
});
