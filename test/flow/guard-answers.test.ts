import { randomBytes } from "node:crypto";
import { rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { DEFAULT_DETECTION, type GuardDocument, type RequestRedaction } from "@signalbox/proto";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { delta, DONE, streamed, usageChunk, whole } from "../kit/upstream.ts";
import { CHAT, type DispatchRig, eventsIn, planned, startDispatchRig, wordsIn } from "./dispatch-rig.ts";

const KEY = `ghp_${randomBytes(18).toString("hex")}`;
const ADDRESS = 'jane."j".doe@mail.example.org';
const OTHER = "stranger@mail.example.org";

const DOCUMENT: GuardDocument = {
  schema: "signalbox.guard.v1",
  detect: { ...DEFAULT_DETECTION, pii: ["email"], injection: [] },
  request: { rules: [], textMaxChars: 100_000, beyond: "block" },
  answer: {
    rules: [
      { match: "secret.*", action: "block" },
      { match: "pii.*", action: "redact" },
    ],
  },
};
const REDACTION: RequestRedaction = {
  config: `sha256:${"0".repeat(64)}`,
  ordered: [],
  redacted: [{ type: "pii.email", count: 1 }],
  originals: { "[EMAIL_1]": ADDRESS },
};
const STREAM = { ...CHAT, stream: true };

let rig: DispatchRig;
const guardPath = join(tmpdir(), `guard-answers-${randomBytes(6).toString("hex")}.json`);
beforeAll(async () => {
  writeFileSync(guardPath, JSON.stringify(DOCUMENT));
  rig = await startDispatchRig({ guardPath });
});
afterAll(async () => {
  rmSync(guardPath);
  await rig[Symbol.asyncDispose]();
});

/** Each character in a piece of its own. */
const spelt = (text: string): string[] => text.split("");

const called = (name: string, text: string): object => ({
  tool_calls: [{ index: 0, id: "call_1", type: "function", function: { name, arguments: text } }],
});

describe("a whole answer", () => {
  test("holds again what was taken out of its request, and not what the model says of others", async () => {
    rig.one.next(whole(`Write to [EMAIL_1] and ${OTHER}.`));
    const sent = await rig.send(CHAT, { redaction: REDACTION });
    const { text } = await sent.exchange;
    const body = JSON.parse(text) as { choices: { message: { content: string } }[] };
    expect(body.choices[0]!.message.content).toBe(`Write to ${ADDRESS} and [EMAIL].`);
    expect(await rig.outcomeOf(sent.requestId)).toMatchObject({
      result: "completed",
      guard: {
        config: REDACTION.config,
        redacted: [{ type: "pii.email", count: 1 }],
        found: [{ type: "pii.email", action: "redact", count: 1 }],
      },
    });
  });

  test("is not given out when it holds a key, and no other endpoint is asked", async () => {
    const before = rig.two.received.length;
    rig.one.next(whole(`Use ${KEY}.`));
    const sent = await rig.send(CHAT);
    const { error, text } = await sent.exchange;
    expect(error).toMatchObject({ code: "content-blocked", message: expect.stringContaining("secret.github") });
    expect(text).toBe("");
    expect(rig.two.received).toHaveLength(before);
    const outcome = await rig.outcomeOf(sent.requestId);
    expect(outcome).toMatchObject({
      result: "failed",
      error: "content-blocked",
      guard: { redacted: [], found: [{ type: expect.stringMatching(/^secret\./), action: "block", count: 1 }] },
    });
    // The provider has earned its money.
    expect(outcome.attempts[0]!.usage).toMatchObject({ outputTokens: 12, source: "reported" });
    expect(JSON.stringify(outcome)).not.toContain(KEY);
  });

  test("has what was taken out put back into a tool call's arguments as JSON", async () => {
    const message = { role: "assistant", content: null, ...called("mail", '{"to":"[EMAIL_1]"}') };
    rig.one.next(whole("", { choices: [{ index: 0, message, finish_reason: "tool_calls" }] }));
    const { text } = await (await rig.send(CHAT, { redaction: REDACTION })).exchange;
    const body = JSON.parse(text) as { choices: { message: { tool_calls: { function: { arguments: string } }[] } }[] };
    const [call] = body.choices[0]!.message.tool_calls;
    expect(JSON.parse(call!.function.arguments)).toEqual({ to: ADDRESS });
  });

  test("of which nothing was found keeps every field of its provider", async () => {
    rig.one.next(whole("Hello", { system_fingerprint: "fp_1" }));
    const sent = await rig.send(CHAT, { redaction: REDACTION });
    expect(JSON.parse((await sent.exchange).text)).toMatchObject({ system_fingerprint: "fp_1" });
  });

  test("that hides a key where no caller reads is given out without that place", async () => {
    rig.one.next(whole("Hello", { debug: { echoed: KEY } }));
    const sent = await rig.send(CHAT);
    const { text } = await sent.exchange;
    expect(JSON.parse(text)).toMatchObject({ choices: [{ message: { content: "Hello" } }] });
    expect(text).not.toContain(KEY);
  });
});

describe("a stream", () => {
  test("holds again what was taken out of its request, however it is cut", async () => {
    rig.one.next(streamed(...spelt(`To [EMAIL_1], [EMAIL_2] and ${OTHER}, with [brackets`)));
    const sent = await rig.send(STREAM, { redaction: REDACTION });
    const { text } = await sent.exchange;
    expect(wordsIn(text)).toBe(`To ${ADDRESS}, [EMAIL_2] and [EMAIL], with [brackets`);
    expect(text.endsWith("data: [DONE]\n\n")).toBe(true);
    const finishes = eventsIn(text).flatMap((event) => event["choices"] as { finish_reason: string | null }[]);
    expect(finishes.filter(({ finish_reason: finish }) => finish !== null)).toHaveLength(1);
  });

  test("is broken off before any of a key has been given out", async () => {
    rig.one.next(streamed("The key is ", ...spelt(KEY), " and more. ".repeat(40)));
    const sent = await rig.send(STREAM);
    const { text, error } = await sent.exchange;
    expect(error).toMatchObject({ code: "content-blocked" });
    expect(text).not.toContain(KEY.slice(0, 5));
    expect(await rig.outcomeOf(sent.requestId)).toMatchObject({ result: "failed", error: "content-blocked" });
  });

  test("has what was taken out put back into pieces of a tool call", async () => {
    const pieces = spelt('"[EMAIL_1]"}').map((piece) =>
      delta({ tool_calls: [{ index: 0, function: { arguments: piece } }] }),
    );
    const opening = delta(called("mail", '{"to":'));
    rig.one.next({
      steps: [
        delta({ role: "assistant", content: "" }),
        opening,
        ...pieces,
        delta({}, "tool_calls"),
        usageChunk(),
        DONE,
      ],
    });
    const { text } = await (await rig.send(STREAM, { redaction: REDACTION })).exchange;
    const said = eventsIn(text)
      .flatMap((event) => event["choices"] as { delta: { tool_calls?: { function: { arguments?: string } }[] } }[])
      .flatMap((choice) => choice.delta.tool_calls ?? [])
      .map((call) => call.function.arguments ?? "");
    expect(JSON.parse(said.join(""))).toEqual({ to: ADDRESS });
  });
});

const event = (type: string, more: object = {}): { send: string } => ({
  send: `event: ${type}\ndata: ${JSON.stringify({ type, ...more })}\n\n`,
});
const textPiece = (text: string) => event("content_block_delta", { index: 0, delta: { type: "text_delta", text } });
const inputPiece = (json: string) =>
  event("content_block_delta", { index: 1, delta: { type: "input_json_delta", partial_json: json } });

type Event = { type: string; delta?: Record<string, string | null> };

describe("a stream in the caller's own form that its provider speaks, too", () => {
  const usage = { input_tokens: 5, output_tokens: 1 };
  const head = { id: "msg_1", type: "message", role: "assistant", model: "m", content: [], stop_reason: null, usage };
  const tool = { type: "tool_use", id: "toolu_1", name: "mail", input: {} };

  test("is built anew, with every block where it was", async () => {
    rig.one.next({
      steps: [
        event("message_start", { message: head }),
        event("content_block_start", { index: 0, content_block: { type: "text", text: "" } }),
        ...spelt("Mailing [EMAIL_1]").map(textPiece),
        event("content_block_stop", { index: 0 }),
        event("content_block_start", { index: 1, content_block: tool }),
        ...spelt('{"to":"[EMAIL_1]"}').map(inputPiece),
        event("content_block_stop", { index: 1 }),
        event("message_delta", { delta: { stop_reason: "tool_use", stop_sequence: null }, usage }),
        event("message_stop"),
      ],
    });
    const body = { model: "m", max_tokens: 64, messages: [{ role: "user", content: "Mail [EMAIL_1]." }], stream: true };
    const plan = [{ ...planned("one"), dialect: "anthropic-messages" as const }];
    const sent = await rig.send(body, { dialect: "anthropic-messages", plan, redaction: REDACTION });
    const { text, error } = await sent.exchange;
    expect(error).toBeNull();
    const events = [...text.matchAll(/^data: (.*)$/gm)].map(([, json]) => JSON.parse(json!) as Event);
    const said = (field: string): string => events.map((each) => each.delta?.[field] ?? "").join("");
    expect(said("text")).toBe(`Mailing ${ADDRESS}`);
    expect(JSON.parse(said("partial_json"))).toEqual({ to: ADDRESS });
    const order = events.map(({ type }) => type).filter((type) => type !== "content_block_delta");
    expect(order).toEqual([
      "message_start",
      "content_block_start",
      "content_block_stop",
      "content_block_start",
      "content_block_stop",
      "message_delta",
      "message_stop",
    ]);
  });
});
