import { describe, expect, test } from "vitest";
import { readStreamed, readWhole, saidBy } from "../neutral/read-both.test-kit.ts";
import { cohereEgress as codec } from "./egress.ts";

type Both = { readonly read: readonly object[]; readonly said: readonly object[] };

const USAGE = {
  billed_units: { input_tokens: 5, output_tokens: 10 },
  tokens: { input_tokens: 100, output_tokens: 12 },
  cached_tokens: 64,
};
const COUNTED = {
  inputTokens: 100,
  cachedInputTokens: 64,
  outputTokens: 12,
  billedInputTokens: 5,
  billedOutputTokens: 10,
};

const event = (type: string, message: object, index = 0): object => ({ type, index, delta: { message } });
const block = (index: number, type: "text" | "thinking", ...pieces: string[]): object[] => [
  event("content-start", { content: { type, [type]: "" } }, index),
  ...pieces.map((piece) => event("content-delta", { content: { [type]: piece } }, index)),
  { type: "content-end", index },
];
const call = (index: number, id: string, ...pieces: string[]): object[] => [
  event("tool-call-start", { tool_calls: { id, type: "function", function: { name: "f", arguments: "" } } }, index),
  ...pieces.map((piece) => event("tool-call-delta", { tool_calls: { function: { arguments: piece } } }, index)),
  { type: "tool-call-end", index },
];

type Told = { readonly said: object; readonly word?: string };

/** What is read of both forms, and what is said by them. */
function readBoth(message: object, events: readonly object[], { said, word: finish_reason = "COMPLETE" }: Told): Both {
  const body = { id: "a1", message: { role: "assistant", ...message }, finish_reason, usage: USAGE };
  const whole = saidBy(readWhole(codec, body));
  const { response, progress } = readStreamed(codec, [
    { type: "message-start", id: "a1", delta: { message: { role: "assistant", content: [], tool_plan: "" } } },
    ...events,
    { type: "message-end", delta: { finish_reason, usage: USAGE } },
  ]);
  const counted = { choices: [said], usage: COUNTED };
  return { read: [whole, saidBy(response), progress.end], said: [counted, counted, { kind: "done" }] };
}

const called = (id: string, args: object): object => ({ id, type: "function", function: { name: "f", ...args } });
const calls = (id: string, args: object): object => ({ kind: "tool-call", id, name: "f", arguments: args });
const SAID = { kind: "text", text: "Hello 🌍" };

describe("B7 B8 what this wire sends is the same whole and streamed", () => {
  test("thoughts and text", () => {
    const { read, said } = readBoth(
      {
        content: [
          { type: "thinking", thinking: "Hmm." },
          { type: "text", text: "Hello 🌍" },
        ],
      },
      [...block(0, "thinking", "Hm", "m."), ...block(1, "text", "Hello ", "🌍")],
      { said: { parts: [{ kind: "reasoning", text: "Hmm." }, SAID], finish: "stop" } },
    );
    expect(read).toMatchObject(said);
  });

  test("a plan and calls in parallel, of which two take nothing", () => {
    const { read, said } = readBoth(
      {
        tool_plan: "I look.",
        tool_calls: [called("a", { arguments: '{"x":1}' }), called("b", { arguments: "null" }), called("c", {})],
      },
      [
        event("tool-plan-delta", { tool_plan: "I " }),
        event("tool-plan-delta", { tool_plan: "look." }),
        ...call(0, "a", '{"x"', ":1}"),
        ...call(1, "b", "null"),
        ...call(2, "c"),
      ],
      {
        said: {
          parts: [{ kind: "reasoning", text: "I look." }, calls("a", { x: 1 }), calls("b", {}), calls("c", {})],
          finish: "tool_calls",
        },
        word: "TOOL_CALL",
      },
    );
    expect(read).toMatchObject(said);
  });

  test("citations of documents and of what tools gave, in code points, and one of a plan", () => {
    const document = { type: "document", id: "doc:1", document: { title: "D", url: "https://a.example" } };
    const tool = { type: "tool", id: "t:0", tool_output: { title: "T" } };
    const citation = {
      start: 6,
      end: 7,
      text: "🌍",
      sources: [document, tool],
      content_index: 0,
      type: "TEXT_CONTENT",
    };
    const plan = { start: 0, end: 1, text: "I", sources: [tool], type: "PLAN" };
    const place = { start: 6, end: 8 };
    const annotations = [
      { kind: "url", url: "https://a.example", title: "D", ...place },
      { kind: "other", url: null, title: "T", ...place },
    ];
    const { read, said } = readBoth(
      { content: [{ type: "text", text: "Hello 🌍" }], citations: [citation, plan] },
      [
        ...block(0, "text", "Hello 🌍"),
        event("citation-start", { citations: citation }),
        { type: "citation-end", index: 0 },
        event("citation-start", { citations: plan }, 1),
      ],
      {
        said: {
          parts: [
            { ...SAID, annotations },
            { kind: "other", type: "citation", form: "cohere-v2", body: plan },
          ],
        },
      },
    );
    expect(read).toMatchObject(said);
  });

  test.each([
    ["MAX_TOKENS", "length"],
    ["STOP_SEQUENCE", "stop"],
    ["A_WORD_OF_TOMORROW", "stop"],
  ])("the finish reason %s is %s", (word, finish) => {
    const { read, said } = readBoth({ content: [{ type: "text", text: "Hello 🌍" }] }, block(0, "text", "Hello 🌍"), {
      said: { parts: [SAID], finish },
      word: word,
    });
    expect(read).toMatchObject(said);
  });
});
