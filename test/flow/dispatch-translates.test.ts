import { afterAll, beforeAll, expect, test } from "vitest";
import { json } from "../kit/upstream.ts";
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
  rig = await startDispatchRig({ providers: { two: { dialect: "anthropic-messages" } } });
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
