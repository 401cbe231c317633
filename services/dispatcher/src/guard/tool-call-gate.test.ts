import { BLANK_DELTA, type NeutralChunk, type NeutralDelta, type ToolCallDelta } from "@signalbox/dialects";
import { compileToolRules } from "@signalbox/guard";
import { expect, test } from "vitest";
import { ToolCallGate } from "./tool-call-gate.ts";

const BLANK: NeutralDelta = { choice: 0, first: false, ...BLANK_DELTA };

function chunk(delta: Partial<NeutralDelta>): NeutralChunk {
  const source = { dialect: "openai-chat", body: {} } as const;
  return { id: "1", createdAtS: 1, model: "m", source, deltas: [{ ...BLANK, ...delta }] };
}

function piece(index: number, text: string, name?: string): ToolCallDelta {
  return { index, opens: name === undefined ? null : { id: `c${index}`, name }, arguments: text, source: {} };
}

function gateOf(wrong: string[]): ToolCallGate {
  const schema = JSON.stringify({ type: "object", required: ["a"] });
  const compiled = compileToolRules({ deny: ["shell"], schemas: [{ tool: "pay", schema }] });
  if (!compiled.ok) throw new Error("not compiled");
  return new ToolCallGate(compiled.rules, (type) => void wrong.push(type));
}

test("text passes at once, and a call is held until its arguments are judged as a whole", () => {
  const wrong: string[] = [];
  const gate = gateOf(wrong);
  const chunks = [
    chunk({ text: "Paying." }),
    chunk({ toolCalls: [piece(0, "", "pay")] }),
    chunk({ toolCalls: [piece(0, '{"a"')] }),
    chunk({ toolCalls: [piece(0, ":1}"), piece(1, "{}", "pay")] }),
    chunk({ text: "late" }),
    chunk({ finish: "tool_calls" }),
  ];
  const given = chunks.map((each) => gate.push(each).length);
  expect(given).toEqual([1, 0, 0, 0, 0, 5]);
  expect(wrong).toEqual(["tool.arguments"]);
  expect(gate.end()).toEqual([]);
});

test("a tool that may not be called is told of at its name", () => {
  const wrong: string[] = [];
  const gate = gateOf(wrong);
  gate.push(chunk({ toolCalls: [piece(0, "", "shell")] }));
  expect(wrong).toEqual(["tool.forbidden"]);
  gate.push(chunk({ toolCalls: [piece(0, "{}")] }));
  expect(gate.end()).toHaveLength(2);
  expect(wrong).toEqual(["tool.forbidden"]);
});

test("a stream that does not say that it ended is judged at its end", () => {
  const wrong: string[] = [];
  const gate = gateOf(wrong);
  gate.push(chunk({ toolCalls: [piece(0, "{}", "pay")] }));
  expect(gate.end()).toHaveLength(1);
  expect(wrong).toEqual(["tool.arguments"]);
});
