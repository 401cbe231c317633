import { describe, expect, test } from "vitest";
import { BLANK_DELTA, type NeutralChunk, type NeutralDelta, type ToolCallDelta } from "../neutral/stream-event.ts";
import { expectConforms } from "./conforms.test-kit.ts";
import { startWriting, writeChunk, writeTail } from "./render-stream.ts";
import { ESTIMATED, eventsOf, NOTE, runStream } from "./stream.test-kit.ts";

const BLANK: NeutralDelta = { choice: 0, first: false, ...BLANK_DELTA };

/** What a caller of this dialect reads of an answer that another wire gives in these deltas. */
function write(...deltas: readonly Partial<NeutralDelta>[]): { text: string; lost: string[] } {
  let state = startWriting({ includeUsage: true, inputTokens: 3 });
  let text = "";
  for (const delta of deltas) {
    const head = { id: "c1", createdAtS: 0, model: "m" };
    const chunk: NeutralChunk = {
      source: { dialect: "openai-chat", body: {} },
      ...head,
      deltas: [{ ...BLANK, ...delta }],
    };
    const [next, frame] = writeChunk(state, chunk);
    state = next;
    text += frame;
  }
  text += writeTail(state, { usage: ESTIMATED, usageSource: null, usageForm: "openai-chat", note: NOTE });
  return { text, lost: state.losses.map(({ what }) => what) };
}

const opens = (index: number, id: string, text = ""): Partial<NeutralDelta> => {
  return { toolCalls: [{ index, opens: { id, name: "f" }, arguments: text, source: {} }] };
};
const more = (index: number, text: string): Partial<NeutralDelta> => {
  return { toolCalls: [{ index, opens: null, arguments: text, source: {} } satisfies ToolCallDelta] };
};

function partsOf(text: string): unknown {
  expectConforms(eventsOf(text));
  return runStream([new TextEncoder().encode(text)]).response!.choices[0]!.parts;
}

const calls = [
  { kind: "tool-call", id: "a", name: "f", arguments: '{"n":12}' },
  { kind: "tool-call", id: "b", name: "f", arguments: '{"m":3}' },
];

describe("B7 calls of another wire become blocks, one after the other", () => {
  test.each<[string, Partial<NeutralDelta>[]]>([
    ["one by one", [opens(0, "a"), more(0, '{"n":1'), more(0, "2}"), opens(1, "b", '{"m":3}')]],
    [
      "in between each other",
      [opens(0, "a"), opens(1, "b"), more(0, '{"n":1'), more(1, '{"m"'), more(0, "2}"), more(1, ":3}")],
    ],
    ["all at once", [opens(0, "a", '{"n":12}'), opens(1, "b", '{"m":3}')]],
    ["the first without its arguments", [opens(0, "a"), opens(1, "b", '{"m":3}'), more(0, '{"n":12}')]],
  ])("that come %s", (_, deltas) => {
    const { text, lost } = write({ first: true, text: "" }, ...deltas, { finish: "tool_calls" });
    expect(partsOf(text)).toEqual(calls);
    expect(lost).toEqual([]);
  });

  test("that come before text are whole", () => {
    const { text } = write(opens(0, "a"), more(0, "{}"), { text: "Hi" }, { finish: "tool_calls" });
    expect(partsOf(text)).toMatchObject([{ arguments: "{}" }, { kind: "text", text: "Hi" }]);
  });

  test("of a custom tool have their text in the input", () => {
    const custom = {
      toolCalls: [{ index: 0, opens: { id: "a", name: "sh", custom: true }, arguments: 'e"\n', source: {} }],
    } as const;
    const { text, lost } = write(custom, more(0, "🚦".slice(0, 1)), more(0, "🚦".slice(1)), { finish: "tool_calls" });
    expect(partsOf(text)).toMatchObject([{ name: "sh", arguments: expect.stringMatching(/input/) as string }]);
    expect(JSON.parse((partsOf(text) as { arguments: string }[])[0]!.arguments)).toEqual({ input: 'e"\n🚦' });
    expect(lost).toEqual(["call-input"]);
  });
});

test("a refusal of another wire is text that ends as one", () => {
  const { text } = write({ first: true, refusal: "I can't" }, { refusal: " do that." }, { finish: "stop" });
  expect(partsOf(text)).toEqual([{ kind: "text", text: "I can't do that." }]);
  expect(eventsOf(text).at(-2)).toMatchObject({
    delta: { stop_reason: "refusal", stop_details: { explanation: "I can't do that." } },
    usage: { input_tokens: 3, output_tokens: 4, signalbox: { usage_source: "estimated" } },
  });
});

test("B7 a stream's start names the estimated input", () => {
  expect(eventsOf(write({ first: true, text: "Hi" }, { finish: "stop" }).text)[0]).toMatchObject({
    message: { usage: { input_tokens: 3, output_tokens: 0 } },
  });
});
