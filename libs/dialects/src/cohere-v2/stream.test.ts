import * as fc from "fast-check";
import { describe, expect, test } from "vitest";
import { parseResponse } from "./parse-response.ts";
import { OPTIONS, runStream, sse } from "./stream.test-kit.ts";

const start = { id: "c1", type: "message-start", delta: { message: { role: "assistant" } } };
const open = (index: number, type: string): object => {
  return { type: "content-start", index, delta: { message: { content: { type, [type]: "" } } } };
};
const add = (content: object): object => ({ type: "content-delta", index: 0, delta: { message: { content } } });
const close = { type: "content-end", index: 0 };
const USAGE = { billed_units: { input_tokens: 5, output_tokens: 2 }, tokens: { input_tokens: 71, output_tokens: 9 } };
const end = (finish_reason: string, extra: object = {}): object => {
  return { type: "message-end", delta: { finish_reason, usage: USAGE, ...extra } };
};
const callStart = (index: number, id: string, name: string): object => {
  const tool_calls = { id, type: "function", function: { name, arguments: "" } };
  return { type: "tool-call-start", index, delta: { message: { tool_calls } } };
};
const callDelta = (index: number, text: string): object => {
  return { type: "tool-call-delta", index, delta: { message: { tool_calls: { function: { arguments: text } } } } };
};
const cite = (citation: object): object => ({
  type: "citation-start",
  index: 0,
  delta: { message: { citations: citation } },
});
const document = (id: string, fields: object): object => ({ type: "document", id, document: fields });

const plan = (tool_plan: string): object => ({ type: "tool-plan-delta", delta: { message: { tool_plan } } });

/** A citation of the whole answer says the block that it stands in, one of a stream does not need to. */
function withoutBodies(parts: unknown): unknown {
  return JSON.parse(JSON.stringify(parts, (key, value: unknown) => (key === "body" ? undefined : value)));
}

const citation = {
  start: 2,
  end: 4,
  text: "hi",
  sources: [document("doc:0", { title: "A", url: "https://example.org/a" }), document("doc:1", {})],
  type: "TEXT_CONTENT",
};

const events = [
  start,
  open(0, "thinking"),
  add({ thinking: "Hm" }),
  add({ thinking: "m." }),
  close,
  open(1, "text"),
  add({ text: "😀 h" }),
  add({ text: "i" }),
  cite(citation),
  { type: "citation-end", index: 0 },
  close,
  end("COMPLETE"),
];

describe("a stream", () => {
  test("B8 comes to what the whole answer says", () => {
    const body = {
      id: "c1",
      finish_reason: "COMPLETE",
      message: {
        role: "assistant",
        content: [
          { type: "thinking", thinking: "Hmm." },
          { type: "text", text: "😀 hi" },
        ],
        citations: [{ ...citation, content_index: 1 }],
      },
      usage: USAGE,
    };
    const whole = parseResponse(body, OPTIONS);
    const source = { kind: "url", url: "https://example.org/a", title: "A" };
    expect(whole.choices).toMatchObject([
      {
        index: 0,
        finish: "stop",
        parts: [
          { kind: "reasoning", text: "Hmm." },
          {
            kind: "text",
            text: "😀 hi",
            annotations: [
              // The indexes count code points, of which the first takes two UTF-16 units.
              { ...source, citedText: null, start: 3, end: 5 },
              { kind: "document", url: null, title: "doc:1", start: 3, end: 5 },
            ],
          },
        ],
      },
    ]);
    const run = runStream([sse(...events)]);
    expect(run.progress).toMatchObject({ end: { kind: "done" }, begun: true, finish: "stop", outputChars: 9 });
    expect(withoutBodies(run.response?.choices)).toEqual(withoutBodies(whole.choices));
  });

  test("B12 gives the same however its bytes are split", () => {
    const bytes = sse(...events);
    const expected = runStream([bytes]);
    for (let at = 1; at < bytes.length; at += 1) {
      expect(runStream([bytes.subarray(0, at), bytes.subarray(at)])).toEqual(expected);
    }
  });

  test("B7 parallel calls follow the plan, and one without arguments takes none", () => {
    const run = runStream([
      sse(
        start,
        plan("I "),
        plan("look."),
        callStart(0, "a_1", "a"),
        callDelta(0, '{"x":"\\uD83D'),
        callDelta(0, '\\uDE00"}'),
        { type: "tool-call-end", index: 0 },
        callStart(1, "b_1", "b"),
        callDelta(1, "null"),
        { type: "tool-call-end", index: 1 },
        end("TOOL_CALL"),
      ),
    ]);
    expect(run.response?.choices[0]).toEqual({
      index: 0,
      finish: "tool_calls",
      parts: [
        { kind: "reasoning", text: "I look." },
        { kind: "tool-call", id: "a_1", name: "a", arguments: '{"x":"\\uD83D\\uDE00"}' },
        { kind: "tool-call", id: "b_1", name: "b", arguments: "{}" },
      ],
    });
  });

  test("a citation of the plan is kept as what only Cohere understands", () => {
    const planned = { ...citation, type: "PLAN" };
    const run = runStream([sse(start, cite(planned), open(0, "text"), add({ text: "a" }), end("COMPLETE"))]);
    expect(run.response?.choices[0]?.parts).toEqual([
      { kind: "other", type: "citation", form: "cohere-v2", body: planned },
      { kind: "text", text: "a" },
    ]);
  });

  test("log probabilities have OpenAI's form", () => {
    const logprobs = { text: "Hi", token_ids: [1, 2], logprobs: [-0.5, -0.25] };
    const delta = { message: { content: { text: "Hi" } }, logprobs };
    const run = runStream([sse(start, open(0, "text"), { type: "content-delta", index: 0, delta }, end("COMPLETE"))]);
    expect(run.response?.choices[0]?.logprobs).toEqual({
      content: [{ token: "Hi", logprob: -0.75, bytes: null, top_logprobs: [] }],
      refusal: null,
    });
  });
});

describe("B6 how a stream ends", () => {
  test.each<[string, object[], object]>([
    ["message-end", [start, open(0, "text"), add({ text: "a" }), end("MAX_TOKENS")], { kind: "done" }],
    ["the body's end before message-end", [start, open(0, "text"), add({ text: "a" })], { kind: "truncated" }],
    [
      "ERROR",
      [start, end("ERROR", { error: "topsecret broke" })],
      { error: { code: "upstream-error", message: "[redacted] broke" } },
    ],
    ["TIMEOUT", [start, end("TIMEOUT")], { error: { code: "upstream-timeout" } }],
    ["a bare error", [start, { message: "internal server error" }], { error: { message: "internal server error" } }],
  ])("%s", (_, sent, expected) => {
    expect(runStream([sse(...sent)]).progress.end).toMatchObject(expected);
  });

  test("what is no JSON is an error", () => {
    const run = runStream([new TextEncoder().encode("data: <html>\n\n")]);
    expect(run.progress).toMatchObject({ begun: false, end: { kind: "error" } });
  });

  test("nothing after the end is read", () => {
    const run = runStream([sse(start, end("COMPLETE"), add({ text: "late" }))]);
    expect(run.progress).toMatchObject({ outputChars: 0, begun: false });
  });
});

test("B12 no events make the reader throw", () => {
  const type = fc.constantFrom(
    "message-start",
    "content-start",
    "content-delta",
    "tool-plan-delta",
    "citation-start",
    "tool-call-start",
    "tool-call-delta",
    "message-end",
    "x",
  );
  const event = fc.record({
    type: fc.oneof(type, fc.jsonValue()),
    delta: fc.oneof(fc.record({ message: fc.object() }), fc.jsonValue()),
  });
  fc.assert(
    fc.property(fc.array(fc.oneof(event, fc.jsonValue()), { maxLength: 6 }), (sent) => {
      const text = sent.map((each) => `data: ${JSON.stringify(each)}\n\n`).join("");
      expect(runStream([new TextEncoder().encode(text)]).progress.end.kind).not.toBe("open");
    }),
  );
});
