import * as fc from "fast-check";
import { expect, test } from "vitest";
import { BLANK_DELTA, type NeutralChunk, type NeutralDelta, type ToolCallDelta } from "../neutral/stream-event.ts";
import { DeltaFilter } from "./filter-deltas.ts";
import type { OpenFilter } from "./text-filter.ts";

/** Holds back all that comes until more than `chars` of it have, and writes it large. */
const holding =
  (chars: number): OpenFilter =>
  (form) => {
    let held = "";
    return {
      push(text) {
        held += text;
        const ready = held.slice(0, Math.max(0, held.length - chars));
        held = held.slice(ready.length);
        return form === "json" ? ready : ready.toUpperCase();
      },
      end: () => (form === "json" ? held : held.toUpperCase()),
    };
  };

const BLANK: NeutralDelta = { choice: 0, first: false, ...BLANK_DELTA };

function chunk(...deltas: Partial<NeutralDelta>[]): NeutralChunk {
  const source = { dialect: "openai-chat", body: {} } as const;
  return { id: "1", createdAtS: 1, model: "m", source, deltas: deltas.map((delta) => ({ ...BLANK, ...delta })) };
}

function piece(index: number, text: string, name?: string): ToolCallDelta {
  const opens = name === undefined ? null : { id: `call-${index}`, name };
  return { index, opens, arguments: text, source: {} };
}

/** What a reader of the stream sees, in its order, pieces of one text put together. */
function read(chunks: readonly NeutralChunk[]): string[] {
  const seen: string[] = [];
  const say = (kind: string, text: string | null): void => {
    if (text === null || text === "") return;
    if (seen.at(-1)?.startsWith(`${kind} `) === true) seen[seen.length - 1] += text;
    else seen.push(`${kind} ${text}`);
  };
  for (const delta of chunks.flatMap(({ deltas }) => deltas)) {
    for (const extra of delta.extras ?? []) if (extra.kind === "new-part") seen.push("new part");
    say(`think${delta.choice}`, delta.reasoning);
    say(`say${delta.choice}`, delta.text);
    say(`refuse${delta.choice}`, delta.refusal);
    for (const { index, opens, arguments: text } of delta.toolCalls) {
      if (opens !== null) seen.push(`open${index} ${opens.name}`);
      say(`call${index}`, text);
    }
    if (delta.finish !== null) seen.push(`end${delta.choice} ${delta.finish}`);
  }
  return seen;
}

function filter(chunks: readonly NeutralChunk[], chars = 3): string[] {
  const stage = new DeltaFilter(holding(chars));
  return read([...chunks.flatMap((each) => stage.push(each)), ...stage.end()]);
}

test("what is held back goes on before what follows it", () => {
  const chunks = [
    chunk({ first: true, reasoning: "hm" }),
    chunk({ reasoning: "m" }),
    chunk({ text: "hel" }),
    chunk({ text: "lo" }),
    chunk({ extras: [{ kind: "new-part" }], text: "more" }),
    chunk({ toolCalls: [piece(0, "", "one")] }),
    chunk({ toolCalls: [piece(0, '{"a"')] }),
    chunk({ toolCalls: [piece(0, ":1}")] }),
    chunk({ toolCalls: [piece(1, "{}", "two")] }),
    chunk({ finish: "tool_calls" }),
  ];
  expect(filter(chunks)).toEqual([
    "think0 HMM",
    "say0 HELLO",
    "new part",
    "say0 MORE",
    "open0 one",
    'call0 {"a":1}',
    "open1 two",
    "call1 {}",
    "end0 tool_calls",
  ]);
});

test("calls whose pieces come by turns, and choices that do, stay apart", () => {
  const chunks = [
    chunk({ toolCalls: [piece(0, "", "one"), piece(1, "", "two")] }),
    chunk({ toolCalls: [piece(0, '{"a":')] }),
    chunk({ toolCalls: [piece(1, '{"b":')] }, { choice: 1, text: "other" }),
    chunk({ toolCalls: [piece(0, "1}"), piece(1, "2}")], finish: "tool_calls" }),
    chunk({ choice: 1, finish: "stop" }),
  ];
  const seen = filter(chunks, 100);
  expect(seen).toContain('call0 {"a":1}');
  expect(seen).toContain('call1 {"b":2}');
  expect(seen).toContain("say1 OTHER");
});

test("a choice that does not say that it ended is given out all the same", () => {
  expect(filter([chunk({ text: "he" }), chunk({ text: "y" })])).toEqual(["say0 HEY"]);
});

const told = (texts: string[]): string => texts.join("\n").toLowerCase();

test("however a text is cut, and however much of it is held back, the same is read in the end", () => {
  const parts = fc.array(fc.tuple(fc.constantFrom("reasoning", "text", "refusal"), fc.string({ minLength: 1 })));
  fc.assert(
    fc.property(parts, fc.nat(9), (pieces, chars) => {
      const chunks = [...pieces.map(([word, text]) => chunk({ [word]: text })), chunk({ finish: "stop" })];
      expect(told(filter(chunks, chars))).toBe(told(filter(chunks, 0)));
      expect(told(filter(chunks, chars))).toBe(told(read(chunks)));
    }),
  );
});
