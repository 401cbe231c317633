import * as fc from "fast-check";
import { describe, expect, test } from "vitest";
import { expectConforms } from "./conforms.test-kit.ts";
import { parseResponse } from "./parse-response.ts";
import {
  close,
  end,
  eventsOf,
  NOTE,
  open,
  OPTIONS,
  piece,
  runStream,
  sse,
  start,
  STOP,
  text,
} from "./stream.test-kit.ts";
import { renderAsStream } from "./render-as-stream.ts";
import type { NeutralResponse } from "../neutral/response.ts";

const call = (index: number, id: string, pieces: readonly string[]): readonly object[] => [
  open(index, { type: "tool_use", id, name: "weather", input: {} }),
  ...pieces.map((partial_json) => piece(index, { type: "input_json_delta", partial_json })),
  close(index),
];
const everything = [
  start(),
  { type: "ping" },
  open(0, { type: "thinking", thinking: "", signature: "" }),
  piece(0, { type: "thinking_delta", thinking: "Hm 🚦" }),
  piece(0, { type: "signature_delta", signature: "U0lHTg==" }),
  close(0),
  open(1, { type: "redacted_thinking", data: "UkVE" }),
  close(1),
  ...text(2, "Grüße 線"),
  open(3, { type: "server_tool_use", id: "srv_1", name: "web_search", input: {} }),
  piece(3, { type: "input_json_delta", partial_json: '{"query":' }),
  piece(3, { type: "input_json_delta", partial_json: '"x"}' }),
  close(3),
  open(4, { type: "web_search_tool_result", tool_use_id: "srv_1", content: [] }),
  close(4),
  ...call(5, "toolu_1", ["", '{"city":"\\uD83D', '\\uDE00"', "}"]),
  ...call(6, "toolu_2", []),
  { type: "something_new", future: { deep: [1, null] } },
  end("tool_use"),
  STOP,
] as Record<string, unknown>[];

const EXPECTED_PARTS = [
  { kind: "reasoning", text: "Hm 🚦", state: { wire: "anthropic-messages", kind: "signature", value: "U0lHTg==" } },
  { kind: "reasoning", text: "", state: { wire: "anthropic-messages", kind: "redacted", value: "UkVE" } },
  { kind: "text", text: "Grüße 線" },
  {
    kind: "other",
    type: "server_tool_use",
    form: "anthropic-messages",
    body: { type: "server_tool_use", id: "srv_1", name: "web_search", input: { query: "x" } },
  },
  {
    kind: "other",
    type: "web_search_tool_result",
    form: "anthropic-messages",
    body: { type: "web_search_tool_result", tool_use_id: "srv_1", content: [] },
  },
  { kind: "tool-call", id: "toolu_1", name: "weather", arguments: '{"city":"\\uD83D\\uDE00"}' },
  { kind: "tool-call", id: "toolu_2", name: "weather", arguments: "{}" },
];

/** The choices of an answer, the arguments of their calls as what they say: escapes are lost where an input is an object. */
function wholeOf({ choices }: NeutralResponse): unknown {
  return choices.map((choice) => ({
    ...choice,
    parts: choice.parts.map((part) => {
      return part.kind === "tool-call" ? { ...part, arguments: JSON.parse(part.arguments) as unknown } : part;
    }),
  }));
}

describe("a stream", () => {
  test("B7 is read whole: thinking, text, tools of either side, and usage", () => {
    const run = runStream([sse(...everything)]);
    expect(run.progress).toMatchObject({ end: { kind: "done" }, begun: true, finish: "tool_calls" });
    expect(run.response).toMatchObject({ id: "msg_1", model: "claude-x" });
    expect(run.response!.choices).toMatchObject([{ index: 0, finish: "tool_calls", stop: { reason: "tool_use" } }]);
    expect(run.response!.choices[0]!.parts).toEqual(EXPECTED_PARTS);
    expect(run.progress.usage).toMatchObject({
      inputTokens: 16,
      cachedInputTokens: 4,
      cacheWriteTokens: 2,
      outputTokens: 12,
    });
  });

  test("B8 reaches a caller of the same form as it came, unknown events included, with our note in its usage", () => {
    const run = runStream([sse(...everything)]);
    expect(run.events.slice(0, -2)).toEqual(everything.slice(0, -2));
    expect(run.events.slice(-2)).toEqual([
      {
        ...end("tool_use"),
        usage: { output_tokens: 12, signalbox: expect.objectContaining({ decision_id: "d" }) as object },
      },
      STOP,
    ]);
    expectConforms(run.events.filter(({ type }) => type !== "something_new"));
  });

  test("B12 gives the same however its bytes are cut", () => {
    const bytes = sse(...everything);
    const whole = runStream([bytes]);
    // Each byte is cut from the next one, and then every seventh place cuts the stream in two.
    for (let at = 1; at < bytes.length; at += 7) {
      const run = runStream([bytes.subarray(0, at), bytes.subarray(at)]);
      expect(run.text === whole.text && run.progress.outputChars === whole.progress.outputChars).toBe(true);
    }
    const single = runStream(Array.from(bytes, (byte) => Uint8Array.of(byte)));
    expect(single.response).toEqual(whole.response);
  });

  test("is kept as the whole that the provider would have sent", () => {
    const known = everything.filter(({ type }) => type !== "something_new");
    const { collected, response } = runStream([sse(...known)]);
    expect(collected).toMatchObject({ type: "message", id: "msg_1", role: "assistant", stop_reason: "tool_use" });
    expect(wholeOf(parseResponse(collected, OPTIONS))).toEqual(wholeOf(response!));
    expect(parseResponse(collected, OPTIONS).usage).toEqual(response!.usage);
    const usage = response!.usage!;
    const again = eventsOf(
      renderAsStream(parseResponse(collected, OPTIONS), { usage, note: NOTE, includeUsage: true }),
    );
    expectConforms(again);
    expect(wholeOf(runStream([sse(...again)]).response!)).toEqual(wholeOf(response!));
  });

  test("B14 with an event that nobody knows is not kept", () => {
    expect(runStream([sse(...everything)]).collected).toBeNull();
  });
});

describe("B6 how a stream ends", () => {
  const hello = [start(), ...text(0, "Hello")];

  test.each<[string, readonly object[]]>([
    ["without message_stop", [...hello, end("end_turn")]],
    ["without a stop reason", [...hello, STOP]],
    ["with a message_start that comes twice", [...hello, start(), end("end_turn"), STOP]],
    [
      "with the ending in two events",
      [...hello, end("end_turn"), { type: "message_delta", delta: {}, usage: { output_tokens: 13 } }, STOP],
    ],
    ["with a block that never stops", [...hello.slice(0, -1), end("end_turn"), STOP]],
    ["without the start of its message and block", [...hello.slice(2, 3), end("end_turn"), STOP]],
  ])("%s it is done", (_, events) => {
    const run = runStream([sse(...(events as Record<string, unknown>[]))]);
    expect(run.progress).toMatchObject({ end: { kind: "done" }, finish: "stop", outputChars: 5 });
    expect(run.response?.choices[0]?.parts).toEqual([{ kind: "text", text: "Hello" }]);
    expect(run.events[0]).toMatchObject({ type: "message_start" });
    expect(run.events.slice(-2)).toMatchObject([{ delta: { stop_reason: "end_turn" } }, STOP]);
  });

  test.each<[string, readonly object[]]>([
    ["the end of the body before a stop reason", hello],
    ["nothing at all", []],
    ["message_stop alone", [STOP]],
  ])("%s is a truncated answer", (_, events) => {
    expect(runStream([sse(...(events as Record<string, unknown>[]))]).progress.end.kind).toBe("truncated");
  });

  test.each([
    ["overloaded_error", "upstream-error"],
    ["rate_limit_error", "upstream-rate-limited"],
    ["invalid_request_error", "upstream-invalid-request"],
    ["authentication_error", "upstream-auth"],
    ["api_error", "upstream-error"],
    ["timeout_error", "upstream-timeout"],
  ])("an %s inside a 200 is %s, before content and after it", (type, code) => {
    const error = { type: "error", error: { type, message: "No." } };
    const before = runStream([sse(start(), error)]);
    expect(before.progress).toMatchObject({ begun: false, end: { kind: "error", error: { code, message: "No." } } });
    const after = runStream([sse(...hello, error, piece(0, { type: "text_delta", text: "more" }))]);
    expect(after.progress).toMatchObject({ begun: true, outputChars: 5, end: { kind: "error", error: { code } } });
    expect(after.progress.usage).toBeNull();
  });

  test.each([
    ["max_tokens", "length"],
    ["refusal", "content_filter"],
  ])("%s: a message that was whole at its start ends as it said there, with the usage of there", (reason, finish) => {
    const content = [{ type: "text", text: "Hi" }];
    const { progress, response, events } = runStream([sse(start({ content, stop_reason: reason }), STOP)]);
    expect(progress).toMatchObject({ end: { kind: "done" }, finish, usage: { inputTokens: 16, outputTokens: 1 } });
    expect(response?.choices).toMatchObject([{ finish, stop: { reason }, parts: [{ text: "Hi" }] }]);
    expect(events.at(-2)).toMatchObject({ type: "message_delta", delta: { stop_reason: reason } });
  });

  test("another message's start is a stream spliced into this one", () => {
    const { end: ending } = runStream([sse(...hello, start({ id: "msg_2" }))]).progress;
    expect(ending).toMatchObject({ kind: "error", error: { code: "upstream-error" } });
  });

  test("a refusal without content says why", () => {
    const stop_details = { type: "refusal", category: "bio", explanation: "No." };
    const run = runStream([sse(start(), end("refusal", { stop_details }), STOP)]);
    expect(run.response?.choices[0]).toMatchObject({
      parts: [],
      finish: "content_filter",
      stop: { reason: "refusal", category: "bio", explanation: "No." },
    });
    expect(run.events.at(-2)).toMatchObject({ delta: { stop_reason: "refusal", stop_details } });
  });
});

test("B12 no bytes make the reader throw anything but a SignalboxError, or leave it open", () => {
  const json = fc.json({ maxDepth: 3 });
  const types = fc.constantFrom(...new Set(everything.map(({ type }) => type)), "error");
  const event = fc
    .tuple(types, fc.integer({ min: -1, max: 3 }), fc.jsonValue({ maxDepth: 2 }), fc.jsonValue({ maxDepth: 2 }))
    .map(([type, index, a, b]) => ({ type, index, message: a, delta: b, content_block: b, usage: a }));
  fc.assert(
    fc.property(fc.array(fc.oneof(event, fc.constantFrom(...everything)), { maxLength: 12 }), json, (events, tail) => {
      const bytes = new TextEncoder().encode(`data: ${tail}\n\n`);
      const { progress } = runStream([sse(...(events as Record<string, unknown>[])), bytes]);
      expect(progress.end.kind).not.toBe("open");
    }),
    { numRuns: 300 },
  );
});
