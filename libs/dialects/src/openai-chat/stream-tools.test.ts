import * as fc from "fast-check";
import { describe, expect, test } from "vitest";
import { expectConforms } from "./conforms.test-kit.ts";
import { callsOf, chunk, runStream, sse } from "./stream.test-kit.ts";

type Piece = { index?: number; id?: string | null; type?: string; function: { name?: string; arguments?: unknown } };
const named = (name: string, text: unknown = ""): Piece["function"] => ({ name, arguments: text });
const more = (text: string): Piece["function"] => ({ arguments: text });

function callsFrom(...pieces: Piece[][]): { name: string; arguments: string }[] {
  const events = pieces.map((tool_calls) => chunk({ tool_calls }));
  const run = runStream([sse(...events, chunk({}, "tool_calls"), "[DONE]")]);
  expectConforms(run, { includeUsage: false });
  expect(run.progress).toMatchObject({ finish: "tool_calls", begun: true });
  return callsOf(run).map(({ name, arguments: text }) => ({ name, arguments: text }));
}

describe("B7 tool calls come out whole, each with its own id and index", () => {
  const expected = [named("a", '{"x":1}'), named("b", "{}")];

  test.each<[string, Piece[][]]>([
    [
      "as the format has it",
      [
        [{ index: 0, id: "1", function: named("a") }],
        [{ index: 0, function: more('{"x":1}') }],
        [{ index: 1, id: "2", function: named("b") }],
        [{ index: 1, function: more("{}") }],
      ],
    ],
    [
      "interleaved",
      [
        [
          { index: 0, id: "1", function: named("a") },
          { index: 1, id: "2", function: named("b") },
        ],
        [
          { index: 1, function: more("{}") },
          { index: 0, function: more('{"x') },
        ],
        [{ index: 0, function: more('":1}') }],
      ],
    ],
    [
      "every call under index 0",
      [[{ index: 0, id: "1", function: named("a", '{"x":1}') }], [{ index: 0, id: "2", function: named("b", "{}") }]],
    ],
    [
      "index 0 and no id, in one chunk",
      [
        [
          { index: 0, id: "", function: named("a", '{"x":1}') },
          { index: 0, id: "", function: named("b", "{}") },
        ],
      ],
    ],
    [
      "no index and no type",
      [
        [
          { id: "1", function: named("a", '{"x":1}') },
          { id: "2", function: named("b", "{}") },
        ],
      ],
    ],
    [
      "no index and no id",
      [[{ function: named("a") }], [{ function: more('{"x":1}') }], [{ function: named("b", "{}") }]],
    ],
    [
      "no index, and the pieces of both calls in one chunk",
      [
        [
          { id: "1", function: named("a") },
          { id: "2", function: named("b") },
        ],
        [{ function: more('{"x"') }, { function: more("{") }],
        [{ function: more(":1}") }, { function: more("}") }],
      ],
    ],
    [
      "an empty id on later pieces",
      [
        [{ index: 0, id: "1", function: named("a") }],
        [{ index: 0, id: "", function: more('{"x":1}') }],
        [{ index: 1, id: "2", function: named("b") }],
        [{ index: 1, id: "", function: more("{}") }],
      ],
    ],
    [
      "the id and the name on every piece",
      [
        [{ index: 0, id: "1", function: named("a", '{"x"') }],
        [{ index: 0, id: "1", function: named("a", ":1}") }],
        [{ index: 1, id: "2", function: named("b", "{") }],
        [{ index: 1, id: "2", function: named("b", "}") }],
      ],
    ],
    [
      "a new id on every piece",
      [
        [{ index: 0, id: "1", function: named("a", '{"x"') }],
        [{ index: 0, id: "9", function: more(":1}") }],
        [{ index: 1, id: "2", function: named("b", "{}") }],
      ],
    ],
    [
      "indexes that start at 1",
      [[{ index: 1, id: "1", function: named("a", '{"x":1}') }], [{ index: 2, id: "2", function: named("b", "{}") }]],
    ],
    [
      "arguments as an object",
      [
        [
          { index: 0, id: "1", function: named("a", { x: 1 }) },
          { index: 1, id: "2", function: named("b", {}) },
        ],
      ],
    ],
  ])("%s", (_, pieces) => {
    expect(callsFrom(...pieces)).toEqual(expected);
  });

  test("two calls of one function in one chunk, without ids, are two calls", () => {
    const twice = [
      { index: 0, function: named("a", "{}") },
      { index: 0, function: named("a", "[]") },
    ];
    expect(callsFrom(twice)).toEqual([named("a", "{}"), named("a", "[]")]);
  });

  test("a call without arguments stays without, as it came", () => {
    expect(callsFrom([{ index: 0, id: "1", function: named("a") }])).toEqual([named("a", "")]);
    expect(callsFrom([{ index: 0, id: "1", function: { name: "a" } }])).toEqual([named("a", "")]);
  });

  test("[DONE] without a finish reason after a call is `tool_calls`", () => {
    const run = runStream([sse(chunk({ tool_calls: [{ index: 0, id: "1", function: named("a") }] }), "[DONE]")]);
    expect(run.progress.finish).toBe("tool_calls");
  });

  test("minted ids are the same for the same answer", () => {
    const bytes = sse(chunk({ tool_calls: [{ function: named("a") }, { function: named("b") }] }), "[DONE]");
    const ids = callsOf(runStream([bytes])).map((call) => call.id);
    expect(ids).toEqual(["call_chatcmpl01980_0", "call_chatcmpl01980_1"]);
    expect(callsOf(runStream([bytes])).map((call) => call.id)).toEqual(ids);
  });

  test("arguments cut anywhere, in three calls dealt like cards, are put together byte for byte", () => {
    const text = fc.oneof(fc.json(), fc.constant('{"s":"\\uD83D\\uDE00 🚦","n":-12.5e3}'));
    const deal = fc.array(fc.tuple(fc.nat(2), fc.integer({ min: 1, max: 7 })), { maxLength: 60 });
    fc.assert(
      fc.property(fc.tuple(text, text, text), deal, (scripts, cards) => {
        const open = scripts.map((_, index) => ({ index, id: `id-${index}`, function: named(`f${index}`) }));
        const rest = [...scripts];
        const dealt = cards.map(([index, size]) => {
          const piece = rest[index]!.slice(0, size);
          rest[index] = rest[index]!.slice(size);
          return [{ index, function: more(piece) }];
        });
        const last = rest.map((piece, index) => ({ index, function: more(piece) }));
        expect(callsFrom(open, ...dealt, last)).toEqual(scripts.map((script, index) => named(`f${index}`, script)));
      }),
    );
  });
});
