import * as fc from "fast-check";
import { describe, expect, test } from "vitest";
import { NO_QUIRKS } from "../request-quirks.ts";
import { openaiChatIngress } from "./ingress.ts";
import { parseResponse } from "./parse-response.ts";
import { chunk, type Run, runStream, sse, textOf } from "./stream.test-kit.ts";
import { splitThinking, type ThinkTags } from "./think-tags.ts";

/** A text of a host, what of it is reasoning, and what is the answer. */
const TABLE: readonly (readonly [ThinkTags, string, string, string])[] = [
  ["leading", "<think>\nHm, so\n</think>\n\nYes.", "Hm, so", "Yes."],
  ["leading", "<think>Hm</think>Yes.", "Hm", "Yes."],
  ["leading", " \n<think> Hm </think> Yes. ", "Hm", "Yes. "],
  ["leading", "<think>\n\n</think>\n\nYes.", "", "Yes."],
  ["leading", "Yes.", "", "Yes."],
  ["leading", "  Yes.", "", "  Yes."],
  ["leading", "Write <think>x</think> so.", "", "Write <think>x</think> so."],
  ["leading", "<think>Hm</think>Write <think>x</think> so.", "Hm", "Write <think>x</think> so."],
  ["leading", "<think>A < b, </thin, </ and <think></think>Yes.", "A < b, </thin, </ and <think>", "Yes."],
  ["leading", "<think>Hm, not done \n", "Hm, not done \n", ""],
  ["leading", "<think>Hm</thi", "Hm</thi", ""],
  ["leading", "<thinking>Hm", "", "<thinking>Hm"],
  ["leading", "<thi", "", "<thi"],
  ["leading", "<think>💭 ça\r\n</think>\r\n✅", "💭 ça", "✅"],
  ["leading", `${" ".repeat(65)}<think>x</think>`, "", `${" ".repeat(65)}<think>x</think>`],
  ["leading", "", "", ""],
  ["implied", "Hm, so\n</think>\n\nYes.", "Hm, so", "Yes."],
  ["implied", "<think>Hm</think>Yes.", "Hm", "Yes."],
  ["implied", "Hm, not done", "Hm, not done", ""],
  ["implied", "</think>Yes.", "", "Yes."],
];

const host = (thinkTags: ThinkTags): object => ({ quirks: { ...NO_QUIRKS, thinkTags } });

function stream(tags: ThinkTags, pieces: readonly string[]): Run {
  const chunks = pieces.map((content, at) => chunk(at === 0 ? { role: "assistant", content } : { content }));
  return runStream([sse(...chunks, chunk({}, "stop"), "[DONE]")], host(tags));
}

function reasoningOf(run: Run): string {
  return run.chunks
    .flatMap(({ choices }) => choices)
    .map(({ delta }) => delta.reasoning_content ?? "")
    .join("");
}

describe.each(TABLE)("a host with %s tags says %j", (...[tags, said, reasoning, text]) => {
  test("whole", () => {
    expect(splitThinking(tags, said)).toEqual({ reasoning, text });
    const message = { role: "assistant", content: said, annotations: [] };
    const body = { choices: [{ index: 0, message, finish_reason: "stop" }], usage: null, extra: 1 };
    const defaults = { id: "d", createdAtS: 1, model: "m" };
    const response = parseResponse(body, { provider: "a", secrets: [], defaults, ...host(tags) });
    const parts = response.choices[0]?.parts ?? [];
    const kinds = parts.filter((part) => "text" in part && part.text !== "");
    expect(kinds).toEqual([
      ...(reasoning === "" ? [] : [{ kind: "reasoning", text: reasoning }]),
      ...(text === "" ? [] : [{ kind: "text", text }]),
    ]);
    const usage = { inputTokens: 1, cachedInputTokens: 0, cacheWriteTokens: 0, outputTokens: 2, reasoningTokens: 0 };
    const shown = openaiChatIngress.renderResponse(response, {
      usage: { ...usage, source: "estimated" },
      note: { decisionId: "d", costPicoUsd: "1", endpoint: "a/m" },
    }).body;
    expect(shown).toMatchObject({ extra: 1, choices: [{ message: { content: text, annotations: [] } }] });
    const [choice] = shown["choices"] as { message: { reasoning_content?: string } }[];
    expect(choice?.message.reasoning_content ?? "").toBe(reasoning);
  });

  test("B12 in a stream that is cut at any two places, or everywhere", () => {
    for (let first = 0; first <= said.length; first += 1) {
      for (let second = first; second <= Math.min(said.length, first + 4); second += 1) {
        const run = stream(tags, [said.slice(0, first), said.slice(first, second), said.slice(second)]);
        expect([first, second, reasoningOf(run), textOf(run)]).toEqual([first, second, reasoning, text]);
      }
    }
    const run = stream(tags, said.split(""));
    expect([reasoningOf(run), textOf(run)]).toEqual([reasoning, text]);
    const { message } = (run.collected as { choices: { message: Record<string, unknown> }[] }).choices[0]!;
    expect([message["reasoning_content"] ?? "", message["content"] ?? ""]).toEqual([reasoning, text]);
  });
});

const PIECE = fc.constantFrom("<think>", "</think>", "<", "/", "think", ">", "\n", "   ", "a", "é💭", "</thi", "nk>");

test("any text is told apart in the same way, however it is cut", () => {
  const texts = fc.array(PIECE, { maxLength: 12 });
  fc.assert(
    fc.property(fc.constantFrom<ThinkTags>("leading", "implied"), texts, texts, (tags, some, more) => {
      const text = [...some, ...more].join("");
      const whole = splitThinking(tags, text);
      for (const pieces of [[some.join(""), more.join("")], [...some, ...more], text.split("")]) {
        const run = stream(tags, pieces);
        expect({ reasoning: reasoningOf(run), text: textOf(run) }).toEqual(whole);
      }
    }),
    { numRuns: 60 },
  );
});

test("a host without tags, or one that tells reasoning apart by itself, keeps what it says", () => {
  const said = "<think>Hm</think>Yes.";
  const plain = runStream([sse(chunk({ role: "assistant", content: said }), chunk({}, "stop"), "[DONE]")]);
  expect([reasoningOf(plain), textOf(plain)]).toEqual(["", said]);
  const own = runStream(
    [
      sse(
        chunk({ role: "assistant", content: "\n" }),
        chunk({ reasoning_content: "Hm" }),
        chunk({ content: said }),
        chunk({}, "stop"),
        "[DONE]",
      ),
    ],
    host("leading"),
  );
  expect([reasoningOf(own), textOf(own)]).toEqual(["Hm", `\n${said}`]);
});

test("B6 what is held back of a text does not begin an answer, so that another endpoint can still give one", () => {
  const held = runStream([sse(chunk({ role: "assistant", content: "\n<thi" }))], host("leading"));
  expect(held.progress).toMatchObject({ begun: false, end: { kind: "truncated" } });
});

function piece(index: number, delta: object, finish: string | null = null): object {
  return { id: "c1", created: 1, model: "m", choices: [{ index, delta, finish_reason: finish }] };
}

test("each choice of several is told apart by itself, and calls keep their place", () => {
  const call = { index: 0, id: "c", type: "function", function: { name: "f", arguments: "{}" } };
  const run = runStream(
    [
      sse(
        piece(0, { role: "assistant", content: "<think>Zero" }),
        piece(1, { role: "assistant", content: "One, " }),
        piece(0, { content: "</think>Yes." }),
        piece(1, { content: "<think>" }),
        piece(0, { tool_calls: [call] }, "tool_calls"),
        piece(1, {}, "stop"),
        "[DONE]",
      ),
    ],
    { ...host("leading"), choices: 2 },
  );
  expect([textOf(run, 0), textOf(run, 1), reasoningOf(run)]).toEqual(["Yes.", "One, <think>", "Zero"]);
  expect(run.chunks.map(({ choices }) => choices[0]?.finish_reason ?? null)).toContain("tool_calls");
});
