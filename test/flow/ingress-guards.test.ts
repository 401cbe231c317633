import { randomBytes } from "node:crypto";
import { rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { DEFAULT_DETECTION, type GuardDocument, type PipelineReply, RequestRedaction } from "@signalbox/proto";
import type { DispatchRequest } from "@signalbox/proto/grpc/dispatcher";
import { afterAll, beforeAll, beforeEach, expect, test } from "vitest";
import { cachedAt, dispatchTo, startIngressRig, type IngressRig } from "./ingress-rig.ts";

const KEY = `ghp_${randomBytes(18).toString("hex")}`;
const DOCUMENT: GuardDocument = {
  schema: "signalbox.guard.v1",
  detect: { ...DEFAULT_DETECTION, injection: [] },
  request: {
    rules: [
      { match: "secret.*", action: "block" },
      { match: "pii.email", action: "redact" },
    ],
    textMaxChars: 1_000_000,
    beyond: "observe",
  },
  answer: { rules: [] },
};
const KEPT = {
  id: "chatcmpl-1",
  object: "chat.completion",
  created: 1_795_000_000,
  model: "org/model-1",
  choices: [
    {
      index: 0,
      message: { role: "assistant", content: "[EMAIL_1] and [IP_1]" },
      logprobs: null,
      finish_reason: "stop",
    },
  ],
  usage: { prompt_tokens: 5, completion_tokens: 2, total_tokens: 7 },
  signalbox: { ordered: ["ip"] },
};

let rig: IngressRig;
let sent: DispatchRequest[] = [];
let reply: () => Partial<PipelineReply> | null;
let fails = 0;
const guardPath = join(tmpdir(), `ingress-guards-${randomBytes(6).toString("hex")}.json`);
beforeAll(async () => {
  writeFileSync(guardPath, JSON.stringify(DOCUMENT));
  rig = await startIngressRig(
    {
      dispatcher: (call) => {
        sent.push(call.request);
        if (fails > 0) {
          fails -= 1;
          call.emit("error", { code: 14, details: "died" });
          return;
        }
        call.write({ frame: { $case: "content", value: Buffer.from("{}") } });
        call.write({ frame: { $case: "final", value: { tail: Buffer.alloc(0) } } });
        call.end();
      },
      cache: (call) => {
        call.write({ body: Buffer.from(JSON.stringify(KEPT)) });
        call.end();
      },
    },
    { guardPath },
  );
  await rig.playLine(() => reply());
});
afterAll(async () => {
  rmSync(guardPath);
  await rig[Symbol.asyncDispose]();
});
beforeEach(() => {
  sent = [];
  rig.seen.length = 0;
  reply = () => dispatchTo(rig.address);
});

const ask = (content: string, more: object = {}): Promise<Response> =>
  rig.post({ model: "auto", messages: [{ role: "user", content }], ...more });

test("the line is told the types of what a request holds, and where it stands", async () => {
  await ask("From 203.0.113.9 to jane@example.org");
  const [item] = rig.seen;
  expect(item!.facts.guard).toMatchObject({
    complete: true,
    action: "redact",
    found: [
      { type: "pii.email", action: "redact", count: 1, places: [[6, 20, 36]] },
      { type: "pii.ip", action: "observe", count: 1, places: [[6, 5, 16]] },
    ],
  });
  expect(item!.route.caller?.content).toEqual(["pii.email", "pii.ip"]);
});

test("B15 the text of a request that is blocked does not leave the process, and nothing is looked up for it", async () => {
  await ask(`Mine is ${KEY}`, { temperature: 0 });
  const [item] = rig.seen;
  expect(item!.facts.guard!.action).toBe("block");
  expect(item!.facts.cache).toMatchObject({ mode: "off", key: null });
  expect(JSON.stringify(item)).not.toContain(KEY);
});

test("what rules of the document and of the policy take out never reaches the dispatcher's body, and a retry sends the same", async () => {
  fails = 1;
  reply = () => ({ ...dispatchTo(rig.address), redact: ["ip"] });
  const answer = await ask("From 203.0.113.9 to jane@example.org", { stream: true });
  expect(answer.status).toBe(200);
  expect(sent).toHaveLength(2);
  expect(sent[1]!.body).toEqual(sent[0]!.body);
  expect(JSON.parse(sent[0]!.body.toString("utf8"))).toEqual({
    model: "auto",
    messages: [{ role: "user", content: "From [IP_1] to [EMAIL_1]" }],
    stream: true,
  });
  expect(RequestRedaction.parse(JSON.parse(sent[1]!.redactionJson))).toMatchObject({
    ordered: ["ip"],
    redacted: [
      { type: "pii.email", count: 1 },
      { type: "pii.ip", count: 1 },
    ],
    originals: { "[EMAIL_1]": "jane@example.org", "[IP_1]": "203.0.113.9" },
  });
});

test("a body of which nothing is taken out is sent byte for byte", async () => {
  const body = `{"model":"auto",  "messages": [{"role":"user","content":"h\\u0069 1e400"}]}`;
  await rig.post(body);
  expect(sent[0]!.body.toString("utf8")).toBe(body);
  expect(sent[0]!.redactionJson).toBe("");
});

test("a cached answer has put back what was taken out of its request, by the document and by the policy of then", async () => {
  reply = () => cachedAt(rig.address);
  const content = "From 203.0.113.9 to jane@example.org";
  const whole = await ask(content, { temperature: 0 });
  expect(await whole.json()).toMatchObject({ choices: [{ message: { content: "jane@example.org and 203.0.113.9" } }] });
  const stream = await ask(content, { temperature: 0, stream: true });
  const text = await stream.text();
  expect(text).toContain("jane@example.org and 203.0.113.9");
  expect(text).not.toContain("EMAIL_1");
  // Another guardrails document would find other things, so the key names it.
  const [first, second] = rig.seen.map((item) => item.facts.cache.key);
  expect(first).toBe(second);
});

test("more text than is looked through is told to the policy", async () => {
  await ask("word ".repeat(250_000));
  expect(rig.seen[0]!.facts.guard).toMatchObject({ complete: false, action: "observe" });
  expect(rig.seen[0]!.route.caller?.content).toContain("guard.incomplete");
});
