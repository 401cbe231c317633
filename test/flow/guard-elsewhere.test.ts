import { once } from "node:events";
import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { afterAll, beforeAll, beforeEach, expect, test } from "vitest";
import { startLine, type TestLine } from "../kit/start-line.ts";
import { delta, DONE, startUpstream, streamed, type Upstream, usageChunk, whole } from "../kit/upstream.ts";

type Shown = { readonly path: string; readonly body: { direction?: string; texts?: string[]; text?: string } };

let stack: AsyncDisposableStack;
let remote: Server;
let shown: Shown[] = [];
/** What each path answers; null: nothing. */
let answers: Record<string, (body: Shown["body"]) => unknown> = {};
let upstream: Upstream;
let line: TestLine;

beforeAll(async () => {
  stack = new AsyncDisposableStack();
  remote = createServer((request, response) => {
    let text = "";
    request.on("data", (chunk: Buffer) => (text += chunk.toString("utf8")));
    request.on("end", () => {
      const body = JSON.parse(text) as Shown["body"];
      const path = request.url ?? "";
      shown.push({ path, body });
      const answer = answers[path]?.(body);
      if (answer !== null) response.end(JSON.stringify(answer ?? { findings: [] }));
    });
  }).listen(0, "127.0.0.1");
  await once(remote, "listening");
  stack.defer(() => {
    remote.closeAllConnections();
    remote.close();
  });
  const base = `http://127.0.0.1:${(remote.address() as AddressInfo).port}`;
  upstream = stack.use(await startUpstream());
  line = stack.use(await startLine({ upstream, config: { guardrails: guardrailsAt(base) } }));
});
afterAll(() => stack.disposeAsync());
beforeEach(() => {
  shown = [];
  answers = { "/analyze": () => [] };
});

function guardrailsAt(base: string): object {
  return {
    enabled: true,
    detect: { injection: [] },
    request: {
      rules: [
        { match: "pii.*", action: "redact" },
        { match: "presidio.*", action: "redact" },
        { match: "webhook.mood", action: "block" },
      ],
    },
    answer: { rules: [{ match: "webhook.*", action: "block" }] },
    tools: {
      deny: ["shell*"],
      schemas: [{ tool: "pay", schema: { type: "object", properties: { amount: { type: "number", maximum: 9 } } } }],
    },
    form: { attachmentTypes: ["image/*"], messagesMax: 4 },
    remote: [
      { name: "people", kind: "presidio", url: `${base}/analyze`, deadlineMs: 500, onFailure: "open" },
      { name: "own", kind: "webhook", url: `${base}/own`, on: ["request", "answer"], deadlineMs: 500 },
    ],
  };
}

async function ask(content: unknown, more: object = {}): Promise<Response> {
  return line.api("/v1/chat/completions", {
    method: "POST",
    headers: { "content-type": "application/json" },
    body: JSON.stringify({ model: "auto", messages: [{ role: "user", content }], ...more }),
  });
}

const tool = (name: string) => ({ type: "function", function: { name, parameters: { type: "object" } } });
const call = (name: string, text: string) => ({
  tool_calls: [{ index: 0, id: "call_1", type: "function", function: { name, arguments: text } }],
});

async function messageOf(answer: Response): Promise<{ status: number; message: string }> {
  const { error } = (await answer.json()) as { error?: { message: string } };
  return { status: answer.status, message: error?.message ?? "" };
}

test("a name that Presidio finds is taken out and put back, and what was taken out before is not shown to it", async () => {
  answers["/analyze"] = ({ text = "" }) => {
    const start = text.indexOf("Jane Doe");
    return start === -1 ? [] : [{ entity_type: "PERSON", start, end: start + 8, score: 0.9 }];
  };
  upstream.next(whole("[PRESIDIO_1] says hello to [EMAIL_1]."));
  const answer = await ask("Greet jane@example.org for Jane Doe.");
  expect(upstream.received.at(-1)!.body).toMatchObject({
    messages: [{ content: "Greet [EMAIL_1] for [PRESIDIO_1]." }],
  });
  expect(await answer.json()).toMatchObject({
    choices: [{ message: { content: "Jane Doe says hello to jane@example.org." } }],
  });
  expect(shown.map(({ path }) => path).toSorted()).toEqual(["/analyze", "/own", "/own"]);
  expect(JSON.stringify(shown)).not.toContain("jane@example.org");
});

test("a webhook has a request refused, and one that is silent closes the way, while one that may be silent does not", async () => {
  answers["/own"] = () => ({ findings: [{ type: "mood" }] });
  const before = upstream.received.length;
  expect(await messageOf(await ask("I am angry"))).toMatchObject({
    status: 400,
    message: expect.stringMatching(/webhook\.mood/) as string,
  });
  answers["/own"] = () => null;
  const startedMs = performance.now();
  expect(await messageOf(await ask("I am calm"))).toMatchObject({
    status: 400,
    message: expect.stringMatching(/remote\.unavailable/) as string,
  });
  expect(performance.now() - startedMs).toBeLessThan(3_000);
  expect(upstream.received).toHaveLength(before);
  answers = { "/analyze": () => null };
  expect((await ask("I am calm")).status).toBe(200);
});

test.each([false, true])("an answer that a webhook does not let pass is not given out (stream: %s)", async (stream) => {
  answers["/own"] = ({ direction, texts = [] }) => {
    return { findings: direction === "answer" && texts.join("").includes("secret plan") ? [{ type: "plan" }] : [] };
  };
  upstream.next(stream ? streamed("The sec", "ret plan") : whole("The secret plan"));
  const text = await (await ask("What is it?", { stream })).text();
  expect(text).not.toContain("The sec");
  expect(text).toContain("content_blocked");
  upstream.next(stream ? streamed("The pl", "an") : whole("The plan"));
  const passed = await (await ask("What is it, again?", { stream })).text();
  expect(passed.replaceAll(/[^A-Za-z ]/g, "")).toMatch(stream ? /The .*plan/ : /The plan/);
});

test("tools that may not be offered, and attachments that may not be sent, are refused", async () => {
  const before = upstream.received.length;
  expect(await messageOf(await ask("Hi", { tools: [tool("search"), tool("shell_run")] }))).toMatchObject({
    status: 400,
    message: expect.stringMatching(/tool\.forbidden \(1\)/) as string,
  });
  const file = { type: "file", file: { file_data: "data:application/zip;base64,AAAA", filename: "a.zip" } };
  expect(await messageOf(await ask([{ type: "text", text: "Read it" }, file]))).toMatchObject({
    status: 400,
    message: expect.stringMatching(/attachment\.type \(1\)/) as string,
  });
  expect(upstream.received).toHaveLength(before);
});

test.each([
  ["shell", "{}", /tool\.forbidden/],
  ["pay", '{"amount":10}', /tool\.arguments/],
])("a call of %s with %s is not given out, whole or streamed", async (name, text, problem) => {
  const message = { role: "assistant", content: null, ...call(name, text) };
  upstream.next(whole("", { choices: [{ index: 0, message, finish_reason: "tool_calls" }] }));
  expect((await messageOf(await ask("Do it", { tools: [tool("pay")] }))).message).toMatch(problem);
  upstream.next({ steps: [delta(call(name, text)), delta({}, "tool_calls"), usageChunk(), DONE] });
  const streamedText = await (await ask("Do it now", { tools: [tool("pay")], stream: true })).text();
  expect(streamedText).toMatch(problem);
  expect(streamedText).not.toContain("call_1");
});

test("a call that fits is given out", async () => {
  const message = { role: "assistant", content: null, ...call("pay", '{"amount":9}') };
  upstream.next(whole("", { choices: [{ index: 0, message, finish_reason: "tool_calls" }] }));
  expect(await (await ask("Do it once", { tools: [tool("pay")] })).json()).toMatchObject({
    choices: [{ message: { tool_calls: [{ function: { name: "pay" } }] } }],
  });
});
