import { type WireName, WIRES } from "@signalbox/proto";
import { expect, test } from "vitest";
import { renderFor } from "../codecs.ts";
import { parseRequest } from "./parse-request.ts";

const TOOLS = 40;
const TURNS = 30;
const CHARS = 60_000;

const system = `You are a coding agent. ${"Follow the rules of the house. ".repeat(CHARS / 30)}`;
const schema = (index: number): object => ({
  type: "object",
  properties: {
    path: { type: "string", description: `The file, ${index}.` },
    lines: { type: "array", items: { type: "integer" } },
  },
  required: ["path"],
  additionalProperties: false,
});

/** A session of a coding agent: a large prompt with marks, dozens of tools, thoughts, parallel calls and their results, many times over. */
function agentRequest(): Record<string, unknown> {
  const turns = Array.from({ length: TURNS }, (_, turn) => {
    const call = (name: string): object => ({
      id: `call_${turn}_${name}`,
      type: "function",
      function: { name, arguments: `{"path":"src/${turn}.ts"}` },
    });
    const result = (name: string): object => ({
      role: "tool",
      tool_call_id: `call_${turn}_${name}`,
      content: `${turn}: `.repeat(300),
    });
    return [
      {
        role: "assistant",
        content: `Step ${turn}.`,
        reasoning_content: `I think about ${turn}.`,
        tool_calls: [call("tool_1"), call("tool_2")],
      },
      result("tool_1"),
      result("tool_2"),
    ];
  });
  return {
    model: "auto",
    stream: true,
    stream_options: { include_usage: true },
    max_completion_tokens: 32_000,
    reasoning_effort: "medium",
    messages: [
      { role: "system", content: [{ type: "text", text: system, cache_control: { type: "ephemeral" } }] },
      {
        role: "user",
        content: [
          { type: "text", text: "Make it green." },
          { type: "image_url", image_url: { url: "data:image/png;base64,AAAA" } },
        ],
      },
      ...turns.flat(),
    ],
    tools: Array.from({ length: TOOLS }, (_, index) => ({
      type: "function",
      function: { name: `tool_${index}`, description: "Does it.", parameters: schema(index) },
    })),
    tool_choice: "auto",
    parallel_tool_calls: true,
  };
}

test.each(WIRES.map((wire) => [wire] as [WireName]))("B8 a coding agent's session reaches %s whole", (wire) => {
  const { body, losses } = renderFor(wire, parseRequest(agentRequest()), {
    model: "claude-opus-4-1",
    maxOutputTokens: null,
  });
  const sent = JSON.stringify(body);
  for (let tool = 0; tool < TOOLS; tool += 1) expect(sent).toContain(`"tool_${tool}"`);
  for (let turn = 0; turn < TURNS; turn += 1) {
    expect(sent).toContain(`Step ${turn}.`);
    expect(sent).toContain(`${turn}: `.repeat(300));
    expect(sent.split(`src/${turn}.ts`)).toHaveLength(3);
  }
  expect(sent).toContain("Make it green.");
  expect(sent.length).toBeGreaterThan(CHARS);
  // Of what a session holds, wires lack places for marks, thoughts that they did not sign, and the exact setting of reasoning.
  for (const { what } of losses)
    expect(what).toMatch(/^(cache-mark|reasoning|reasoning-effort|parallel-tools|schema.*)$/);
});

test("B14 marks that stand beside a message's content, as opencode and Qwen Code write them, reach a wire that has them", () => {
  const mark = { cache_control: { type: "ephemeral" } };
  const call = { id: "call_1", type: "function", function: { name: "read", arguments: "{}" } };
  const request = parseRequest({
    model: "auto",
    messages: [
      { role: "system", content: "Be brief.", ...mark },
      {
        role: "user",
        content: [
          { type: "text", text: "Read" },
          { type: "text", text: "it." },
        ],
        ...mark,
      },
      { role: "assistant", content: "I read.", tool_calls: [{ ...call, ...mark }] },
      { role: "tool", tool_call_id: "call_1", content: "It is short.", ...mark },
    ],
  });
  const { body, losses } = renderFor("anthropic-messages", request, { model: "claude-opus-4-1", maxOutputTokens: 9 });
  expect(losses).toEqual([]);
  expect(body).toMatchObject({
    system: [{ text: "Be brief.", ...mark }],
    messages: [
      { content: [{ text: "Read" }, { text: "it.", ...mark }] },
      { content: [{ type: "text" }, { type: "tool_use", ...mark }] },
      { content: [{ type: "tool_result", ...mark }] },
    ],
  });
  expect(JSON.stringify(body).split("cache_control")).toHaveLength(5);
});
