import { expect, test } from "vitest";
import { readEvent, startReading } from "../openai-chat/stream.ts";
import { placeCalls } from "../openai-chat/tool-call-index.ts";
import { CALLS_MAX, CHOICES_MAX, OpenedCount, PARTS_MAX, refuseTooLong } from "./answer-limits.ts";
import type { NeutralPart } from "./part.ts";
import type { NeutralResponse } from "./response.ts";
import type { NeutralDelta } from "./stream-event.ts";

const BLANK: NeutralDelta = {
  choice: 0,
  first: false,
  text: "a",
  refusal: null,
  reasoning: null,
  toolCalls: [],
  finish: null,
  source: {},
};
const opening = { index: 0, opens: { id: "c", name: "f" }, arguments: "", source: {} };
const going = { ...opening, opens: null };

function countOf(delta: NeutralDelta, times: number): () => void {
  const count = new OpenedCount();
  return () => {
    for (let time = 0; time < times; time += 1) count.add([delta]);
  };
}

test("B13 an answer that never stops to open calls or choices is given up", () => {
  const call = { ...BLANK, toolCalls: [opening] };
  const choice = { ...BLANK, first: true };
  expect(countOf(call, CALLS_MAX)).not.toThrow();
  expect(countOf(call, CALLS_MAX + 1)).toThrow("tool calls");
  expect(countOf(choice, CHOICES_MAX)).not.toThrow();
  expect(countOf(choice, CHOICES_MAX + 1)).toThrow("choices");
});

function whole(...parts: readonly NeutralPart[]): Pick<NeutralResponse, "choices"> {
  return { choices: [{ index: 0, parts, finish: "stop" }] };
}

test("B13 so is one of more parts than any answer has, whole or streamed", () => {
  const part = { ...BLANK, extras: [{ kind: "new-part" as const }] };
  expect(countOf(part, PARTS_MAX + 1)).toThrow("parts");
  const text = { kind: "text" as const, text: "a" };
  const call = { kind: "tool-call" as const, id: "c", name: "f", arguments: "{}" };
  expect(() => refuseTooLong(whole(...Array.from({ length: PARTS_MAX }, () => text)))).not.toThrow();
  expect(() => refuseTooLong(whole(...Array.from({ length: PARTS_MAX + 1 }, () => text)))).toThrow("parts");
  expect(() => refuseTooLong(whole(...Array.from({ length: CALLS_MAX + 1 }, () => call)))).toThrow("tool calls");
});

test("what only goes on is never too much", () => {
  expect(countOf({ ...BLANK, toolCalls: [going] }, 10 * CALLS_MAX)).not.toThrow();
});

test("B13 one event that opens more calls than that costs no more than its size", () => {
  const pieces = Array.from({ length: 100_000 }, (_, index) => ({ index, id: `c${index}`, function: { name: "f" } }));
  const startedMs = performance.now();
  expect(() => placeCalls([], pieces, "s")).toThrow("tool calls");
  expect(performance.now() - startedMs).toBeLessThan(5_000);
});

test("B13 nor does one that begins more choices", () => {
  const defaults = { id: "x", createdAtS: 7, model: "m" };
  const state = startReading({ provider: "acme", secrets: [], choices: 1, defaults });
  const data = JSON.stringify({ choices: Array.from({ length: 50_000 }, () => ({})) });
  const startedMs = performance.now();
  expect(() => readEvent(state, { event: "", data })).toThrow("choices");
  expect(performance.now() - startedMs).toBeLessThan(5_000);
});
