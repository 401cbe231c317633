import { expect, test } from "vitest";
import { AnswerDraft } from "./answer-draft.ts";
import { unread } from "./known-fields.ts";
import { parseRequest } from "./parse-request.ts";
import { renderRequest } from "../openai-chat/render-request.ts";
import type { ToolCallDelta } from "../neutral/stream-event.ts";

const TOOLS = [
  { type: "function", name: "shell", parameters: { type: "object" } },
  {
    type: "namespace",
    name: "mcp__files",
    description: "Files of the house.",
    tools: [
      { type: "function", name: "open", description: "Opens one.", parameters: { type: "object" } },
      { type: "function", name: "close", parameters: { type: "object" } },
    ],
  },
  { type: "custom", name: "apply_patch", description: "Edits files." },
];

const HEAD = { id: "resp_1", createdAtS: 1, model: "m" };

/** The items of an answer in which a model of another wire makes this call, and the types of its events. */
function answered(call: ToolCallDelta["opens"], pieces: readonly string[]): { items: unknown; events: unknown[] } {
  const draft = AnswerDraft.begin(HEAD, { tools: TOOLS });
  const base = {
    choice: 0,
    first: false,
    text: null,
    reasoning: null,
    refusal: null,
    finish: null,
    source: {},
  } as const;
  draft.add({ ...base, toolCalls: [{ index: 0, opens: call, arguments: "", source: {} }] });
  for (const text of pieces)
    draft.add({ ...base, toolCalls: [{ index: 0, opens: null, arguments: text, source: {} }] });
  const { output } = draft.finish(null);
  return { items: output, events: draft.take() as unknown[] };
}

test("the tools of a group reach a provider of another form, and earlier calls of them as well", () => {
  const request = parseRequest({
    model: "auto",
    input: [
      { type: "function_call", call_id: "c", namespace: "mcp__files", name: "open", arguments: "{}" },
      { type: "function_call_output", call_id: "c", output: "done" },
    ],
    tools: TOOLS,
  });
  const { body, losses } = renderRequest(request, { model: "m", maxOutputTokens: null });
  const tools = body["tools"] as { function?: { name: string; description?: string } }[];
  expect(tools.map((tool) => tool.function?.name)).toEqual([
    "shell",
    "mcp__files__open",
    "mcp__files__close",
    undefined,
  ]);
  expect(tools[1]?.function?.description).toBe("Files of the house.\nOpens one.");
  expect(body["messages"]).toMatchObject([
    { tool_calls: [{ function: { name: "mcp__files__open" } }] },
    { role: "tool" },
  ]);
  expect(losses).toEqual([]);
  expect(unread(request)).toEqual([]);
});

test("a field that nobody knows is named where it stands, behind a group and within it, but not of another's own tool", () => {
  const [shell, group] = TOOLS as [object, { tools: object[] }];
  const within = { ...group, tools: [{ ...group.tools[0], weight: 2 }] };
  const search = { type: "web_search", external_web_access: true };
  const request = parseRequest({ model: "auto", input: "Hi", tools: [within, search, { ...shell, weight: 1 }] });
  expect(unread(request).map(({ path }) => path)).toEqual(["tools[0].tools[0].weight", "tools[2].weight"]);
});

test("a call of a group's tool names the group to the caller", () => {
  const { items } = answered({ id: "c", name: "mcp__files__close" }, ["{}"]);
  expect(items).toMatchObject([{ type: "function_call", call_id: "c", namespace: "mcp__files", name: "close" }]);
});

test("a call of a tool that takes free text has the text alone, also from a wire that wraps it in JSON", () => {
  const { items, events } = answered({ id: "c", name: "apply_patch" }, ['{"inp', 'ut":"*** Begin', ' Patch"}']);
  expect(items).toMatchObject([
    { type: "custom_tool_call", call_id: "c", name: "apply_patch", input: "*** Begin Patch" },
  ]);
  expect(events).toContainEqual(
    expect.objectContaining({ type: "response.custom_tool_call_input.delta", delta: "*** Begin Patch" }),
  );
  const own = answered({ id: "c", name: "apply_patch", custom: true }, ["*** Be", "gin"]);
  expect(own.items).toMatchObject([{ type: "custom_tool_call", input: "*** Begin" }]);
});

test("a call of a tool that the request does not name is left as it is", () => {
  const { items } = answered({ id: "c", name: "other" }, ['{"input":"x"}']);
  expect(items).toEqual([
    expect.objectContaining({ type: "function_call", name: "other", arguments: '{"input":"x"}' }),
  ]);
});
