import { describe, expect, test } from "vitest";
import type { ReadStreamOptions } from "../egress-codec.ts";
import { readEvent } from "../anthropic-messages/stream.ts";
import { startReading } from "../anthropic-messages/read-state.ts";
import { startWriting, writeChunk } from "./render-stream.ts";
import { chunk, chunksOf, runStream, sse } from "./stream.test-kit.ts";

const envelope = { wholeCalls: true };
const opened = (index: number, name: string): object => ({
  index,
  id: `call_0000000${index}`,
  type: "function",
  function: { name, arguments: "" },
});
const piece = (index: number, text: string): object => ({ index, function: { arguments: text } });
const WHOLE = [
  { index: 0, id: "call_00000000", type: "function", function: { name: "look", arguments: '{"at":"Bern 🚦"}' } },
  { index: 1, id: "call_00000001", type: "function", function: { name: "ask", arguments: "{}" } },
];

const of = (index: number, delta: object, finish: string | null = null): object => ({
  ...chunk({}),
  choices: [{ index, delta, finish_reason: finish }],
});
const jsonDelta = (partial_json: string) => ({
  type: "content_block_delta",
  index: 0,
  delta: { type: "input_json_delta", partial_json },
});

describe("B7 a client that reads calls only whole", () => {
  const events = [
    chunk({ role: "assistant", content: "I look." }),
    chunk({ tool_calls: [opened(0, "look"), opened(1, "ask")] }),
    chunk({ tool_calls: [piece(0, '{"at":"Be')] }),
    chunk({ content: " Now." }),
    chunk({ tool_calls: [piece(1, "{}"), piece(0, 'rn 🚦"}')] }),
  ];

  test("gets them in the last chunk of their choice, and all else as it comes", () => {
    const { chunks } = runStream([sse(...events, chunk({}, "tool_calls"), "[DONE]")], { envelope });
    const said = chunks.map(
      ({ choices: [choice] }) => [choice!.delta.content ?? "", choice!.delta.tool_calls] as const,
    );
    expect(said.slice(0, -1).filter(([, calls]) => calls !== undefined)).toEqual([]);
    expect(said.map(([text]) => text).join("")).toBe("I look. Now.");
    expect(said.at(-1)?.[1]).toEqual(WHOLE);
  });

  test("gets those of the last chunk itself too", () => {
    const last = chunk({ tool_calls: [piece(0, '{"at":"Bern 🚦"}'), piece(1, "{}")] }, "tool_calls");
    const { chunks } = runStream([sse(events[1], last, "[DONE]")], { envelope });
    expect(chunks.at(-1)!.choices[0]!.delta.tool_calls).toEqual(WHOLE);
  });

  test("gets each choice's own", () => {
    const { chunks } = runStream(
      [
        sse(
          of(0, { tool_calls: [opened(0, "look")] }),
          of(1, { tool_calls: [opened(0, "ask")] }),
          of(0, { tool_calls: [piece(0, "{}")] }),
          of(1, {}, "tool_calls"),
          of(0, {}, "tool_calls"),
          "[DONE]",
        ),
      ],
      { envelope, choices: 2 },
    );
    const calls = chunks.flatMap(({ choices }) =>
      choices.flatMap(({ index, delta }) => (delta.tool_calls ?? []).map((call) => [index, call.function])),
    );
    expect(calls).toEqual([
      [1, { name: "ask", arguments: "" }],
      [0, { name: "look", arguments: "{}" }],
    ]);
  });

  test("gets those of another wire's answer", () => {
    const options: ReadStreamOptions = {
      provider: "acme",
      secrets: [],
      choices: 1,
      defaults: { id: "x", createdAtS: 7, model: "m" },
    };
    let reading = startReading(options);
    let writing = startWriting({ includeUsage: false, envelope });
    let text = "";
    const block = { type: "tool_use", id: "toolu_1", name: "look", input: {} };
    for (const data of [
      { type: "message_start", message: { id: "msg_1", model: "m", usage: { input_tokens: 1, output_tokens: 1 } } },
      { type: "content_block_start", index: 0, content_block: block },
      jsonDelta('{"at":'),
      jsonDelta('"Bern"}'),
      { type: "content_block_stop", index: 0 },
      { type: "message_delta", delta: { stop_reason: "tool_use" }, usage: { output_tokens: 5 } },
      { type: "message_stop" },
    ]) {
      const [next, chunks] = readEvent(reading, { event: data.type, data: JSON.stringify(data) });
      reading = next;
      for (const each of chunks) {
        const [nextWriting, frame] = writeChunk(writing, each);
        writing = nextWriting;
        text += frame;
      }
    }
    const calls = chunksOf(text).flatMap(({ choices }) => choices.flatMap(({ delta }) => delta.tool_calls ?? []));
    expect(calls).toMatchObject([{ function: { name: "look", arguments: '{"at":"Bern"}' } }]);
  });
});
