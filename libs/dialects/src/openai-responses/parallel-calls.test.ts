import { expect, test } from "vitest";
import type { JsonObject } from "../neutral/source.ts";
import type { NeutralDelta, ToolCallDelta } from "../neutral/stream-event.ts";
import { AnswerDraft } from "./answer-draft.ts";
import { expectConforms } from "./conforms.test-kit.ts";
import type { Event } from "./stream.test-kit.ts";

const BLANK: NeutralDelta = {
  choice: 0,
  first: false,
  text: null,
  reasoning: null,
  refusal: null,
  toolCalls: [],
  finish: null,
  source: {},
};

const opens = (index: number, text = ""): ToolCallDelta => {
  return { index, opens: { id: `call_${index}`, name: "read" }, arguments: text, source: {} };
};
const piece = (index: number, text: string): ToolCallDelta => ({ index, opens: null, arguments: text, source: {} });

/** The events of an answer that came so, and its losses. */
function written(...deltas: readonly Partial<NeutralDelta>[]): { events: Event[]; draft: AnswerDraft } {
  const draft = AnswerDraft.begin({ id: "resp_1", createdAtS: 1, model: "m" }, {});
  for (const delta of deltas) draft.add({ ...BLANK, ...delta });
  draft.finish(null);
  return { events: draft.take() as unknown as Event[], draft };
}

/** Each item's beginning and end by its place, in the order in which they are told. */
function ordered(events: readonly Event[]): string[] {
  return events
    .filter(({ type }) => type.startsWith("response.output_item."))
    .map(({ type, output_index }) => `${type.split(".").at(-1)} ${output_index as number}`);
}

const call = (index: number, text: string): object => {
  return { type: "function_call", call_id: `call_${index}`, name: "read", arguments: text };
};
const outputOf = (events: readonly Event[]): unknown => (events.at(-1)!["response"] as JsonObject)["output"];

test("B7 a call is told to its end before the next begins, as clients that know one item at a time need it", () => {
  const { events } = written(
    { toolCalls: [opens(0)] },
    { toolCalls: [piece(0, '{"path":')] },
    { toolCalls: [piece(0, '"a"}')] },
    { toolCalls: [opens(1, '{"path":"b"}')] },
    { text: "Reading." },
  );
  expectConforms(events);
  expect(ordered(events)).toEqual(["added 0", "done 0", "added 1", "done 1", "added 2", "done 2"]);
  expect(outputOf(events)).toMatchObject([call(0, '{"path":"a"}'), call(1, '{"path":"b"}'), { type: "message" }]);
});

test("B7 a call that begins before the one before it is whole waits, and nothing of it is lost", () => {
  const { events, draft } = written(
    { toolCalls: [opens(0, '{"path"'), opens(1, '{"pa')] },
    { toolCalls: [piece(1, 'th":"b"}'), piece(0, ':"a"}'), opens(2, "{}")] },
  );
  expectConforms(events);
  expect(ordered(events)).toEqual(["added 0", "done 0", "added 1", "done 1", "added 2", "done 2"]);
  expect(outputOf(events)).toMatchObject([call(0, '{"path":"a"}'), call(1, '{"path":"b"}'), call(2, "{}")]);
  expect(draft.losses).toEqual([]);
});

test("B7 a call of no arguments is one of an empty object, as clients parse what there is; one that was cut has none", () => {
  const { events } = written({ toolCalls: [opens(0)] }, { toolCalls: [opens(1, "{}")] }, { finish: "tool_calls" });
  expectConforms(events);
  expect(outputOf(events)).toMatchObject([call(0, "{}"), call(1, "{}")]);
  const cut = written({ toolCalls: [opens(0)] }, { finish: "length" });
  expect(outputOf(cut.events)).toMatchObject([{ ...call(0, ""), status: "incomplete" }]);
});

test("B8 a piece of a call that has ended is lost by name", () => {
  const { events, draft } = written(
    { toolCalls: [opens(0, "{}"), opens(1, "{}")] },
    { toolCalls: [piece(0, " "), piece(0, "{}")] },
  );
  expectConforms(events);
  expect(draft.losses).toEqual([{ path: "choices[0].parts", what: "call-input", why: "out-of-range" }]);
});
