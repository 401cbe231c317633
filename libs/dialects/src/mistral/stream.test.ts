import * as fc from "fast-check";
import { describe, expect, test } from "vitest";
import { parseResponse } from "./parse-response.ts";
import { OPTIONS, runStream, sse } from "./stream.test-kit.ts";

const chunk = (delta: object, finish: string | null = null, extra: object = {}): object => {
  return {
    id: "c1",
    object: "chat.completion.chunk",
    created: 1,
    model: "m",
    choices: [{ index: 0, delta, finish_reason: finish }],
    ...extra,
  };
};
const thinking = (text: string): object => ({ type: "thinking", thinking: [{ type: "text", text }] });
const text = (words: string): object => ({ type: "text", text: words });
const reference = { type: "reference", reference_ids: [0, 2] };
const USAGE = { prompt_tokens: 20, completion_tokens: 5, total_tokens: 25, prompt_token_details: { cached_tokens: 3 } };

const events = [
  chunk({ role: "assistant", content: "" }),
  chunk({ content: [thinking("Hm")] }),
  chunk({ content: [thinking("m."), text("Pa")] }),
  chunk({ content: "ris" }),
  chunk({ content: [reference, text(" 😀.")] }),
  chunk({ content: "" }, "stop", { usage: USAGE }),
  "[DONE]",
];

test("B8 a stream of thoughts, text and references comes to what the whole answer says", () => {
  const content = [thinking("Hmm."), text("Paris"), reference, text(" 😀.")];
  const message = { role: "assistant", content, tool_calls: null, prefix: false };
  const whole = parseResponse(
    { id: "c1", created: 1, model: "m", choices: [{ index: 0, message, finish_reason: "stop" }], usage: USAGE },
    OPTIONS,
  );
  expect(whole.choices).toEqual([
    {
      index: 0,
      finish: "stop",
      parts: [
        { kind: "reasoning", text: "Hmm." },
        {
          kind: "text",
          text: "Paris 😀.",
          annotations: [
            {
              kind: "other",
              url: null,
              title: "0, 2",
              citedText: null,
              start: null,
              end: null,
              form: "mistral",
              body: reference,
            },
          ],
        },
      ],
    },
  ]);
  expect(whole.usage).toMatchObject({ inputTokens: 20, cachedInputTokens: 3, outputTokens: 5 });
  const run = runStream([sse(...events)]);
  expect(run.progress).toMatchObject({ end: { kind: "done" }, begun: true, finish: "stop" });
  expect(run.response).toEqual({ ...whole, source: { dialect: "mistral", body: {} } });
});

test("B12 a stream gives the same however its bytes are split", () => {
  const bytes = sse(...events);
  const expected = runStream([bytes]);
  for (let at = 1; at < bytes.length; at += 1) {
    expect(runStream([bytes.subarray(0, at), bytes.subarray(at)])).toEqual(expected);
  }
});

test("B7 pieces that call their id null go on with the call before them", () => {
  const call = (piece: object): object => chunk({ tool_calls: [piece] });
  const run = runStream([
    sse(
      call({ id: "abcdefghi", index: 0, function: { name: "f", arguments: '{"a":' } }),
      call({ id: "null", index: 0, function: { name: "", arguments: "1}" } }),
      chunk({}, "tool_calls"),
      "[DONE]",
    ),
  ]);
  expect(run.response?.choices[0]?.parts).toEqual([
    { kind: "tool-call", id: "abcdefghi", name: "f", arguments: '{"a":1}' },
  ]);
});

describe("finish reasons", () => {
  test.each([
    ["stop", "stop"],
    ["length", "length"],
    ["model_length", "length"],
    ["tool_calls", "tool_calls"],
  ])("%s is %s", (word, reason) => {
    expect(runStream([sse(chunk({ content: "a" }), chunk({}, word), "[DONE]")]).response?.choices[0]?.finish).toBe(
      reason,
    );
  });

  test("B6 error is a failure inside a 200", () => {
    expect(runStream([sse(chunk({}, "error"))]).progress.end).toMatchObject({
      kind: "error",
      error: { code: "upstream-error" },
    });
  });
});

test("B12 no events make the reader throw", () => {
  const content = fc.oneof(
    fc.array(
      fc.oneof(
        fc.jsonValue(),
        fc.record({
          type: fc.constantFrom("text", "thinking", "reference", "x"),
          text: fc.jsonValue(),
          thinking: fc.jsonValue(),
        }),
      ),
    ),
    fc.jsonValue(),
  );
  const event = fc.record({
    choices: fc.array(fc.record({ delta: fc.record({ content }), finish_reason: fc.constantFrom(null, "stop") })),
  });
  fc.assert(
    fc.property(fc.array(fc.oneof(event, fc.jsonValue()), { maxLength: 5 }), (sent) => {
      expect(runStream([sse(...sent)]).progress.end.kind).not.toBe("open");
    }),
  );
});
