import { describe, expect, test } from "vitest";
import { readStop, renderStop } from "./stop-reason.ts";

describe("a stop reason", () => {
  test.each([
    ["end_turn", "stop"],
    ["stop_sequence", "stop"],
    ["pause_turn", "stop"],
    ["compaction", "stop"],
    ["tool_use", "tool_calls"],
    ["max_tokens", "length"],
    ["model_context_window_exceeded", "length"],
    ["refusal", "content_filter"],
    ["something_new", "stop"],
  ])("%s is %s", (reason, finish) => {
    expect(readStop({ stop_reason: reason }, false)).toMatchObject({ finish, stop: { reason } });
  });

  test.each([[undefined], [null], [""], [4]])("%j is none", (reason) => {
    expect(readStop({ stop_reason: reason }, true)).toBeNull();
  });

  test("that nobody knows ends an answer with calls as calls", () => {
    expect(readStop({ stop_reason: "something_new" }, true)?.finish).toBe("tool_calls");
  });

  test("comes with the text that stopped it, and with what a refusal rests on", () => {
    const stop_details = { type: "refusal", category: "cyber", explanation: "No." };
    expect(readStop({ stop_reason: "stop_sequence", stop_sequence: "END", stop_details }, false)?.stop).toEqual({
      reason: "stop_sequence",
      sequence: "END",
      category: "cyber",
      explanation: "No.",
    });
  });
});

describe("an end of another wire", () => {
  const stop = { reason: "eos", sequence: null, category: null, explanation: null };
  test.each([
    ["stop", undefined, "end_turn"],
    ["stop", stop, "end_turn"],
    ["stop", { ...stop, sequence: "END" }, "stop_sequence"],
    ["stop", { ...stop, reason: "pause_turn" }, "pause_turn"],
    ["length", undefined, "max_tokens"],
    ["length", { ...stop, reason: "model_context_window_exceeded" }, "model_context_window_exceeded"],
    ["tool_calls", { ...stop, reason: "end_turn" }, "tool_use"],
    ["function_call", undefined, "tool_use"],
    ["content_filter", undefined, "refusal"],
  ] as const)("%s with %j is %s", (finish, detail, reason) => {
    const { stop_reason } = renderStop({ finish, ...(detail === undefined ? {} : { stop: detail }) }, null);
    expect(stop_reason).toBe(reason);
  });

  test("with a refusal is one here, and says why", () => {
    expect(renderStop({ finish: "stop" }, "I can't.")).toEqual({
      stop_reason: "refusal",
      stop_sequence: null,
      stop_details: { type: "refusal", category: null, explanation: "I can't." },
    });
  });
});
