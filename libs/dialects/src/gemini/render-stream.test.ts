import * as fc from "fast-check";
import { describe, expect, test } from "vitest";
import { arbitraryResponse } from "../neutral/arbitrary.test-kit.ts";
import { chunksOfResponse } from "../neutral/response-chunks.ts";
import type { NeutralChunk, ToolCallDelta } from "../neutral/stream-event.ts";
import { NO_PROGRESS } from "../neutral/stream-progress.ts";
import { parseResponse } from "./parse-response.ts";
import { DEFAULTS, partsOf, written } from "./stream.test-kit.ts";

const options = { provider: "acme", secrets: [], defaults: DEFAULTS };
const head = { source: { dialect: "openai-chat", body: {} }, id: "r1", createdAtS: 1, model: "m" } as const;
const piece = (index: number, text: string, opens: ToolCallDelta["opens"] = null): ToolCallDelta => {
  return { index, opens, arguments: text, source: {} };
};
const chunk = (toolCalls: ToolCallDelta[], more: object = {}): NeutralChunk => {
  const delta = {
    choice: 0,
    first: false,
    text: null,
    refusal: null,
    reasoning: null,
    toolCalls,
    finish: null,
    source: {},
  };
  return { ...head, deltas: [{ ...delta, ...more }] };
};
const done = { ...NO_PROGRESS, end: { kind: "done" } } as const;
const call = (id: string, args: object): object => ({ functionCall: { id, name: "f", args } });

describe("B7 calls that come in pieces", () => {
  test("are told whole at the end, though their pieces are mixed and one has no arguments", () => {
    const { events } = written(
      [
        chunk([piece(0, '{"a":"\\ud83d', { id: "x", name: "f" })]),
        chunk([piece(1, "{", { id: "y", name: "f" }), piece(2, "", { id: "z", name: "f" })], { text: "" }),
        chunk([piece(0, '\\ude00"}'), piece(1, '"b":1'), piece(1, "2}")]),
        chunk([], { finish: "tool_calls" }),
      ],
      done,
    );
    expect(partsOf(events)).toEqual([call("x", { a: "😀" }), call("y", { b: 12 }), call("z", {})]);
    expect(events.at(-1)?.candidates?.[0]?.finishReason).toBe("STOP");
  });

  test("are told before the text that follows them", () => {
    const { events } = written(
      [chunk([piece(0, "{}", { id: "x", name: "f" })]), chunk([], { text: "after" }), chunk([], { finish: "stop" })],
      done,
    );
    expect(partsOf(events)).toEqual([call("x", {}), { text: "after" }, { text: "" }]);
  });
});

test("every event of a stream is one that clients take for a valid answer", () => {
  fc.assert(
    fc.property(arbitraryResponse, (response) => {
      const run = written(chunksOfResponse(response), { ...NO_PROGRESS, end: { kind: "done" } });
      for (const { candidates, responseId, modelVersion, ...rest } of run.events) {
        expect([responseId, modelVersion]).toEqual([response.id, response.model]);
        expect(candidates?.length).toBeGreaterThan(0);
        for (const { content } of candidates ?? []) {
          expect([content.role, content.parts.length > 0]).toEqual(["model", true]);
        }
        expect(Object.keys(rest).every((field) => field === "usageMetadata")).toBe(true);
      }
      expect(run.events.at(-1)?.usageMetadata).toMatchObject({ signalbox: { decision_id: "d" } });
      const kept = run.collected as Record<string, unknown>;
      expect(parseResponse(kept, options).choices).toHaveLength(response.choices.length);
    }),
    { numRuns: 50 },
  );
});
