import { expect, test } from "vitest";
import { renderFor } from "../codecs.ts";
import { unread } from "./known-fields.ts";
import { parseRequest } from "./parse-request.ts";

const base = { model: "m", input: "x" };
const own = { model: "up", maxOutputTokens: null };

const NAMED = { type: "function", name: "open" };

test.each<[string, object]>([
  ["a result of no call", { input: [{ type: "function_call_output", name: "f", call_id: null, output: "x" }] }],
  [
    "a choice of a tool that the input brings",
    { input: [{ type: "additional_tools", role: "developer", tools: [NAMED] }], tool_choice: NAMED },
  ],
  [
    "a choice of a tool that a search found",
    { input: [{ type: "tool_search_output", tools: [NAMED] }], tool_choice: NAMED },
  ],
  [
    "a choice of a group's tool",
    { tools: [{ type: "namespace", name: "files", description: "", tools: [NAMED] }], tool_choice: NAMED },
  ],
])("a request with %s goes to its own kind of provider as it is", (_, change) => {
  const rendered = renderFor("openai-responses", parseRequest({ ...base, ...change }), own);
  expect(rendered).toMatchObject({ body: change, losses: [] });
});

test("a choice of a group's tool names it to another kind as the list without groups does", () => {
  const tools = [{ type: "namespace", name: "files", description: "", tools: [NAMED] }];
  const { body } = renderFor("openai-chat", parseRequest({ ...base, tools, tool_choice: NAMED }), own);
  expect(body).toMatchObject({ tool_choice: { type: "function", function: { name: "files__open" } } });
});

test("B8 what only this format's tools and calls have is lost by name on the way to another kind", () => {
  const tool = { type: "function", name: "f", parameters: {}, async: true, defer_loading: true };
  const call = { type: "function_call", call_id: "c", name: "f", arguments: "{}" };
  const answered = { type: "function_call_output", call_id: "c", output: "x" };
  const request = parseRequest({
    model: "m",
    input: [
      { role: "user", content: [{ type: "input_text", text: "x", prompt_cache_breakpoint: { ttl: "12h" } }] },
      { ...call, async: false, caller: { type: "direct" }, created_by: "m" },
      { ...answered, caller: { type: "program", caller_id: "p" } },
    ],
    tools: [
      { ...tool, allowed_callers: ["programmatic"], output_schema: {} },
      { type: "mcp", server_label: "s" },
    ],
    tool_choice: { type: "allowed_tools", mode: "required", tools: [{ type: "mcp", server_label: "s" }] },
  });
  const lost = unread(request).map(({ path, why }) => [path, why]);
  expect(new Set(lost.map(([, why]) => why))).toEqual(new Set(["no-equivalent"]));
  expect(lost.map(([path]) => path)).toEqual([
    "input[0].content[0].prompt_cache_breakpoint.ttl",
    "input[2].caller",
    "tools[0].async",
    "tools[0].defer_loading",
    "tools[0].allowed_callers",
    "tools[0].output_schema",
    "tool_choice",
  ]);
  expect(renderFor("openai-chat", request, own).body).not.toHaveProperty("tool_choice");
});
