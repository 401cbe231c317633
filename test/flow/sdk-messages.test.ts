import {
  APIError,
  AuthenticationError,
  BadRequestError,
  InternalServerError,
  NotFoundError,
  RateLimitError,
} from "@anthropic-ai/sdk";
import { SignalboxError } from "@signalbox/proto";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { type MessagesServer, startMessagesServer } from "./messages-server.ts";

const asked = { model: "auto", max_tokens: 100, messages: [{ role: "user" as const, content: "Weather?" }] };
const usage = { prompt_tokens: 9, completion_tokens: 12, total_tokens: 21 };
const calls = ["a", "b"].map((id, index) => ({
  index,
  id,
  type: "function",
  function: { name: "weather", arguments: "" },
}));
const delta = (fields: object, finish: string | null = null): object => {
  return { id: "c1", created: 1, model: "gpt-x", choices: [{ index: 0, delta: fields, finish_reason: finish }] };
};
const input = (index: number, text: string): object =>
  delta({ tool_calls: [{ index, function: { arguments: text } }] });

let rig: MessagesServer;
beforeAll(async () => {
  rig = await startMessagesServer();
});
afterAll(async () => {
  await rig[Symbol.asyncDispose]();
});

describe("Anthropic's own SDK reads", () => {
  test("an answer of openai-chat", async () => {
    const called = { id: "c", type: "function", function: { name: "weather", arguments: '{"city":"Ulm"}' } };
    const message = { role: "assistant", content: "I look.", reasoning_content: "Hm", tool_calls: [called] };
    rig.answer = {
      wire: "openai-chat",
      body: {
        id: "c1",
        created: 1,
        model: "gpt-x",
        choices: [{ index: 0, message, finish_reason: "tool_calls" }],
        usage,
      },
    };
    const read = await rig.client.messages.create(asked);
    expect(read).toMatchObject({
      id: "c1",
      type: "message",
      role: "assistant",
      model: "gpt-x",
      stop_reason: "tool_use",
      usage: { input_tokens: 9, output_tokens: 12, cache_read_input_tokens: 0 },
    });
    expect(read.content).toEqual([
      { type: "thinking", thinking: "Hm", signature: "" },
      { type: "text", text: "I look." },
      { type: "tool_use", id: "c", name: "weather", input: { city: "Ulm" } },
    ]);
    expect(rig.request).toMatchObject({ model: "auto", maxOutputTokens: 100, stream: false });
  });

  test("B7 a stream of openai-chat, whose calls come in between each other", async () => {
    const events = [
      delta({ role: "assistant", content: "" }),
      delta({ reasoning_content: "Hm" }),
      delta({ content: "I " }),
      delta({ content: "look." }),
      delta({ tool_calls: calls }),
      input(0, '{"city":"U'),
      input(1, '{"city":"Bonn"}'),
      input(0, 'lm"}'),
      delta({}, "tool_calls"),
      { id: "c1", choices: [], usage },
    ];
    rig.answer = { wire: "openai-chat", events };
    const stream = rig.client.messages.stream(asked);
    let said = "";
    stream.on("text", (text) => void (said += text));
    const read = await stream.finalMessage();
    expect(said).toBe("I look.");
    expect(read.content).toMatchObject([
      { type: "thinking", thinking: "Hm" },
      { type: "text", text: "I look." },
      { type: "tool_use", id: "a", name: "weather", input: { city: "Ulm" } },
      { type: "tool_use", id: "b", name: "weather", input: { city: "Bonn" } },
    ]);
    expect(read).toMatchObject({ stop_reason: "tool_use", usage: { input_tokens: 9, output_tokens: 12 } });
    expect(rig.request?.stream).toBe(true);
  });

  test("a stream of its own form with a block that we do not know", async () => {
    const block = { type: "future_block", anything: [1] };
    const message = {
      id: "msg_1",
      type: "message",
      role: "assistant",
      model: "claude-x",
      content: [],
      stop_reason: null,
      stop_sequence: null,
      usage: { input_tokens: 5, output_tokens: 1 },
    };
    const events = [
      { type: "message_start", message },
      { type: "ping" },
      { type: "content_block_start", index: 0, content_block: block },
      { type: "content_block_stop", index: 0 },
      { type: "content_block_start", index: 1, content_block: { type: "text", text: "" } },
      { type: "content_block_delta", index: 1, delta: { type: "text_delta", text: "Hi" } },
      { type: "content_block_stop", index: 1 },
      { type: "message_delta", delta: { stop_reason: "end_turn", stop_sequence: null }, usage: { output_tokens: 7 } },
      { type: "message_stop" },
    ];
    rig.answer = { wire: "anthropic-messages", events };
    const read = await rig.client.messages.stream(asked).finalMessage();
    expect(read.content).toEqual([block, { type: "text", text: "Hi" }]);
    expect(read).toMatchObject({ id: "msg_1", stop_reason: "end_turn", usage: { input_tokens: 5, output_tokens: 7 } });
  });

  test("a count of tokens", async () => {
    const { max_tokens: _, ...counted } = asked;
    expect(await rig.client.messages.countTokens(counted)).toEqual({ input_tokens: 14 });
  });
});

describe("Anthropic's own SDK raises", () => {
  test("a mistake in the request, naming the field", async () => {
    const failure = await rig.client.messages
      .create({ ...asked, temperature: 9 } as never)
      .catch((error: unknown) => error);
    expect(failure).toBeInstanceOf(BadRequestError);
    expect(failure).toMatchObject({
      status: 400,
      error: { error: { type: "invalid_request_error", details: { param: "temperature" } } },
    });
  });

  test.each([
    ["rate-limited", RateLimitError, "rate_limit_error"],
    ["invalid-api-key", AuthenticationError, "authentication_error"],
    ["model-not-found", NotFoundError, "not_found_error"],
    ["overloaded", InternalServerError, "overloaded_error"],
  ] as const)("%s as the error of its own for it", async (code, kind, type) => {
    rig.answer = { error: new SignalboxError(code, "Words.") };
    const failure = await rig.client.messages.create(asked).catch((error: unknown) => error);
    expect(failure).toBeInstanceOf(kind);
    expect(failure).toMatchObject({ error: { error: { type, message: "Words." } } });
  });

  test("B6 an error after the first content, in the middle of its stream", async () => {
    const failure = new SignalboxError("upstream-error", "The provider's answer ended before it was complete.");
    rig.answer = { wire: "openai-chat", events: [delta({ role: "assistant", content: "Hel" })], failure };
    const said: string[] = [];
    const stream = rig.client.messages.stream(asked).on("text", (text) => void said.push(text));
    const raised: unknown = await stream.finalMessage().catch((error: unknown) => error);
    expect(said).toEqual(["Hel"]);
    expect(raised).toBeInstanceOf(APIError);
    expect(raised).toMatchObject({ error: { type: "error", error: { type: "api_error", message: failure.message } } });
  });
});
