import * as fc from "fast-check";
import { describe, expect, test } from "vitest";
import { parseResponse } from "./parse-response.ts";
import { noBlocks, readBlockEvent } from "./stream-block.ts";
import { DEFAULTS, exception, joined, runStream, stream } from "./stream.test-kit.ts";

const options = { provider: "aws", secrets: [], defaults: DEFAULTS };
const delta = (contentBlockIndex: number, piece: object): object => ({
  contentBlockDelta: { contentBlockIndex, delta: piece },
});
const stop = (contentBlockIndex: number): object => ({ contentBlockStop: { contentBlockIndex } });
const start = (contentBlockIndex: number, toolUse: object): object => ({
  contentBlockStart: { contentBlockIndex, start: { toolUse } },
});
const thought = (piece: object): object => ({ reasoningContent: piece });

const events = [
  { messageStart: { role: "assistant" } },
  delta(0, thought({ text: "Let me " })),
  delta(0, thought({ text: "see. " })),
  delta(0, thought({ signature: "c2lnbmF0dXJl" })),
  stop(0),
  delta(1, thought({ redactedContent: "cmVkYWN0ZWQ=" })),
  stop(1),
  delta(2, { text: "It is " }),
  delta(2, { text: "線🚦 dark." }),
  delta(2, {
    citation: { title: "Doc", sourceContent: [{ text: "dark" }], location: { documentPage: { documentIndex: 0 } } },
  }),
  stop(2),
  start(3, { toolUseId: "t1", name: "look" }),
  delta(3, { toolUse: { input: '{"at":"\\ud83d' } }),
  delta(3, { toolUse: { input: '\\ude00","n":1' } }),
  delta(3, { toolUse: { input: "2}" } }),
  stop(3),
  start(4, { toolUseId: "t2", name: "stop" }),
  delta(4, { toolUse: { input: "" } }),
  stop(4),
  { messageStop: { stopReason: "tool_use" } },
  {
    metadata: {
      usage: { inputTokens: 10, outputTokens: 5, totalTokens: 45, cacheReadInputTokens: 20, cacheWriteInputTokens: 10 },
    },
  },
];

const whole = {
  output: {
    message: {
      role: "assistant",
      content: [
        { reasoningContent: { reasoningText: { text: "Let me see. ", signature: "c2lnbmF0dXJl" } } },
        { reasoningContent: { redactedContent: "cmVkYWN0ZWQ=" } },
        {
          citationsContent: {
            content: [{ text: "It is 線🚦 dark." }],
            citations: [
              { title: "Doc", sourceContent: [{ text: "dark" }], location: { documentPage: { documentIndex: 0 } } },
            ],
          },
        },
        { toolUse: { toolUseId: "t1", name: "look", input: { at: "😀", n: 12 } } },
        { toolUse: { toolUseId: "t2", name: "stop", input: {} } },
      ],
    },
  },
  stopReason: "tool_use",
  usage: { inputTokens: 10, outputTokens: 5, totalTokens: 45, cacheReadInputTokens: 20, cacheWriteInputTokens: 10 },
};

describe("B7 an answer", () => {
  test("is the same in a stream and whole, with its signatures", () => {
    const { response, progress } = runStream([stream(...events)]);
    const read = parseResponse(whole, options);
    const [choice] = response!.choices;
    const parts = choice!.parts.map((part) =>
      part.kind === "tool-call" ? { ...part, arguments: JSON.stringify(JSON.parse(part.arguments)) } : part,
    );
    expect({ ...choice, parts }).toEqual(read.choices[0]);
    expect(progress).toMatchObject({ end: { kind: "done" }, begun: true, finish: "tool_calls", usage: read.usage });
    expect(read.choices[0]?.parts.slice(0, 2)).toEqual([
      {
        kind: "reasoning",
        text: "Let me see. ",
        state: { wire: "bedrock-converse", kind: "signature", value: "c2lnbmF0dXJl" },
      },
      { kind: "reasoning", text: "", state: { wire: "bedrock-converse", kind: "redacted", value: "cmVkYWN0ZWQ=" } },
    ]);
  });

  test("B9 of Claude's is signed as Anthropic's own API signs, and what is redacted stays this service's", () => {
    const claude = { ...options, defaults: { ...options.defaults, model: "us.anthropic.claude-sonnet-4-5-v1:0" } };
    const wires = parseResponse(whole, claude).choices[0]!.parts.map((part) => {
      return part.kind === "reasoning" ? [part.state?.kind, part.state?.wire] : null;
    });
    expect(wires.slice(0, 2)).toEqual([
      ["signature", "anthropic-messages"],
      ["redacted", "bedrock-converse"],
    ]);
    const { extras = [] } = readBlockEvent(noBlocks("anthropic-messages"), "contentBlockDelta", {
      delta: { reasoningContent: { signature: "c2ln" } },
    }).delta!;
    expect(extras).toMatchObject([{ kind: "new-part" }, { state: { wire: "anthropic-messages", value: "c2ln" } }]);
  });

  test("B12 is the same however its bytes are cut", () => {
    const bytes = stream(...events);
    const expected = runStream([bytes]);
    for (let at = 0; at <= bytes.length; at += 1) {
      expect(runStream([bytes.subarray(0, at), bytes.subarray(at)]).response).toEqual(expected.response);
    }
    expect(runStream(Array.from(bytes, (_, at) => bytes.subarray(at, at + 1)))).toEqual(expected);
  });

  test("B2 tells its usage before or after its end", () => {
    const early = [...events.slice(0, -2), events.at(-1)!, events.at(-2)!];
    expect(runStream([stream(...early)]).progress).toEqual(runStream([stream(...events)]).progress);
  });

  test("of a tool that the service runs itself, an image and events of tomorrow", () => {
    const { response } = runStream([
      stream(
        { messageStart: { role: "assistant" } },
        start(0, { toolUseId: "s", name: "web", type: "server_tool_use" }),
        delta(0, { toolUse: { input: "{}" } }),
        stop(0),
        { contentBlockStart: { contentBlockIndex: 1, start: { image: { format: "png" } } } },
        delta(1, { image: { source: { bytes: "AAAA" } } }),
        delta(1, { image: { source: { bytes: "BBBB" } } }),
        stop(1),
        delta(2, { novel: {} }),
        { novelEvent: { a: 1 } },
        { messageStop: { stopReason: "end_turn" } },
      ),
    ]);
    expect(response?.choices[0]?.parts).toMatchObject([
      { kind: "other", form: "bedrock-converse" },
      { kind: "image", source: { mime: "image/png", data: "AAAABBBB" } },
    ]);
  });
});

describe("B6 a stream that does not end well", () => {
  test.each([
    ["throttlingException", "upstream-rate-limited"],
    ["validationException", "upstream-invalid-request"],
    ["internalServerException", "upstream-error"],
    ["modelStreamErrorException", "upstream-error"],
    ["serviceUnavailableException", "upstream-error"],
    ["modelTimeoutException", "upstream-timeout"],
    ["accessDeniedException", "upstream-auth"],
    ["exceptionOfTomorrow", "upstream-error"],
  ])("%s inside it is %s", (name, code) => {
    const bytes = joined([
      stream(...events.slice(0, 3)),
      exception(name, { message: "No." }),
      stream(...events.slice(3)),
    ]);
    const { progress, chunks } = runStream([bytes]);
    expect(progress.end).toMatchObject({
      kind: "error",
      error: { code, message: "No.", details: { upstreamCode: name } },
    });
    expect(chunks).toHaveLength(3);
  });

  test("a body that is over before its answer is cut short", () => {
    expect(runStream([stream(...events.slice(0, 12))]).progress.end).toEqual({ kind: "truncated" });
    expect(runStream([]).progress).toMatchObject({ begun: false, end: { kind: "truncated" } });
  });

  test.each(["malformed_model_output", "malformed_tool_use"])("%s is a failure of the provider", (stopReason) => {
    const { progress } = runStream([stream(events[0]!, { messageStop: { stopReason } })]);
    expect(progress.end).toMatchObject({ kind: "error", error: { code: "upstream-error" } });
    expect(() => parseResponse({ ...whole, stopReason }, options)).toThrow(
      expect.objectContaining({ code: "upstream-error" }),
    );
  });

  test("B13 no event and no body break the readers with anything but their own error", () => {
    const names = [
      "messageStart",
      "contentBlockStart",
      "contentBlockDelta",
      "contentBlockStop",
      "messageStop",
      "metadata",
    ];
    const fields = [
      "contentBlockIndex",
      "start",
      "delta",
      "toolUse",
      "text",
      "input",
      "reasoningContent",
      "citation",
      "usage",
    ];
    const shaped = fc.letrec((tie) => ({
      node: fc.oneof(
        { depthSize: "small" },
        fc.jsonValue({ maxDepth: 2 }),
        fc.dictionary(fc.constantFrom(...fields), tie("node")),
      ),
    })).node;
    fc.assert(
      fc.property(fc.array(fc.tuple(fc.constantFrom(...names), shaped), { maxLength: 6 }), (all) => {
        const { progress } = runStream([stream(...all.map(([name, body]) => ({ [name]: body ?? null })))]);
        expect(progress.end.kind).not.toBe("open");
      }),
    );
    for (const body of [null, 4, {}, { output: {} }, { output: { message: {} } }]) {
      expect(() => parseResponse(body, options)).toThrow(expect.objectContaining({ code: "upstream-error" }));
    }
  });
});
