import { WIRES } from "@signalbox/proto";
import { describe, expect, test } from "vitest";
import { egressOf, renderFor } from "../codecs.ts";
import type { NeutralChunk } from "../neutral/stream-event.ts";
import { chunk, sse } from "../openai-chat/stream.test-kit.ts";
import { SseParser } from "../sse/parser.ts";
import { expectConforms } from "./conforms.test-kit.ts";
import { openaiResponsesIngress as ingress } from "./ingress.ts";
import { READING, readWithSdk, write } from "./stream.test-kit.ts";

const TURNS = 20;
const TOOLS = 40;

function turn(index: number): object[] {
  const shell = { call_id: `call_${index}`, name: "shell" };
  const patch = { call_id: `patch_${index}`, name: "apply_patch" };
  return [
    {
      type: "reasoning",
      id: `rs_${index}`,
      summary: [{ type: "summary_text", text: "I look." }],
      encrypted_content: "gAAA",
    },
    { type: "message", role: "assistant", content: [{ type: "output_text", text: `Step ${index}.` }] },
    { type: "function_call", id: `fc_${index}`, ...shell, arguments: JSON.stringify({ command: ["ls", "-la"] }) },
    { type: "custom_tool_call", id: `ctc_${index}`, ...patch, input: "*** Begin Patch\n*** End Patch" },
    { type: "function_call_output", call_id: shell.call_id, output: "file\n".repeat(200) },
    { type: "custom_tool_call_output", call_id: patch.call_id, output: "Done." },
  ];
}

/** Of the size and the shape that a coding agent sends. */
const session = {
  model: "auto",
  instructions: "You are a coding agent. ".repeat(1500),
  input: [
    { type: "message", role: "developer", content: [{ type: "input_text", text: "Sandbox: workspace-write." }] },
    { type: "message", role: "user", content: [{ type: "input_text", text: "Fix the build." }] },
    ...Array.from({ length: TURNS }, (_, index) => turn(index)).flat(),
  ],
  tools: [
    { type: "function", name: "shell", description: "Runs.", parameters: { type: "object" }, strict: false },
    { type: "custom", name: "apply_patch", format: { type: "grammar", syntax: "lark", definition: "start: x" } },
    { type: "web_search" },
    ...Array.from({ length: TOOLS }, (_, index) => {
      return { type: "function", name: `tool_${index}`, description: "A tool.", parameters: { type: "object" } };
    }),
  ],
  tool_choice: "auto",
  parallel_tool_calls: true,
  reasoning: { effort: "high", summary: "auto" },
  include: ["reasoning.encrypted_content"],
  text: { verbosity: "low" },
  store: false,
  stream: true,
  prompt_cache_key: "session",
};

const spoken = WIRES.filter((wire) => {
  try {
    return egressOf(wire).wire === wire;
  } catch {
    return false;
  }
});

const call = (index: number, fields: object): object => ({ tool_calls: [{ index, ...fields }] });

describe("a coding agent's session", () => {
  test.each(spoken)("goes to a provider of %s, with all of its turns and tools", (wire) => {
    const { body, losses } = renderFor(wire, ingress.parseRequest(session), { model: "m-1", maxOutputTokens: 4096 });
    const sent = JSON.stringify(body);
    for (let index = 0; index < TURNS; index++) expect(sent).toContain(`Step ${index}.`);
    for (let index = 0; index < TOOLS; index++) expect(sent).toContain(`tool_${index}`);
    expect(sent).toContain("You are a coding agent.");
    expect(sent.split("gAAA").length - 1).toBe(wire === "openai-responses" ? TURNS : 0);
    expect(losses.filter(({ why }) => why === "unknown-field")).toEqual([]);
    expect(losses.length > 0).toBe(wire !== "openai-responses");
  });

  test("B7 reads calls that a provider of another wire streams", async () => {
    const bytes = sse(
      chunk({ role: "assistant", content: "", reasoning_content: "I " }),
      chunk({ reasoning_content: "look." }),
      chunk({ content: "Step." }),
      chunk(call(0, { id: "a", type: "function", function: { name: "shell", arguments: '{"x":' } })),
      chunk(call(1, { id: "b", type: "function", function: { name: "shell", arguments: "" } })),
      chunk(call(0, { function: { arguments: '"\\ud83d\\ude00"}' } })),
      chunk(call(1, { function: { arguments: "{}" } })),
      chunk({}, "tool_calls"),
      "[DONE]",
    );
    const chat = egressOf("openai-chat");
    const parser = new SseParser();
    let state = chat.startReading(READING);
    const chunks: NeutralChunk[] = [];
    for (const event of parser.push(bytes)) {
      const [next, given] = chat.readEvent(state, event);
      state = next;
      chunks.push(...given);
    }
    const { text, events } = write(chunks, chat.readEnd(state).progress);
    expectConforms(events);
    const { output, output_text: said } = await readWithSdk(text, true);
    expect(said).toBe("Step.");
    expect(output).toMatchObject([
      { type: "reasoning", summary: [{ text: "I look." }] },
      { type: "message" },
      { type: "function_call", call_id: "a", name: "shell", arguments: '{"x":"\\ud83d\\ude00"}' },
      { type: "function_call", call_id: "b", name: "shell", arguments: "{}" },
    ]);
  });
});
