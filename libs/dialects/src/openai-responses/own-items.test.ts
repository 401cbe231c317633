import { describe, expect, test } from "vitest";
import { readStreamed, readWhole, saidBy } from "../neutral/read-both.test-kit.ts";
import { openaiResponsesEgress as codec } from "./egress.ts";
import { eventsOf, HELLO, helloEvents, type Item, SAID, streamOf, wholeOf } from "./vendor-shapes.test-kit.ts";

/** Items of providers' own tools, with the fields of the API reference, and events that only their kind has. */
const ITEMS: readonly (readonly [Item, readonly object[]])[] = [
  [
    { id: "ws_1", type: "web_search_call", status: "completed", action: { type: "search", query: "q", sources: [] } },
    ["in_progress", "searching", "completed"].map((step) => ({ type: `response.web_search_call.${step}` })),
  ],
  [
    { id: "fs_1", type: "file_search_call", status: "completed", queries: ["q"], results: null },
    ["in_progress", "searching", "completed"].map((step) => ({ type: `response.file_search_call.${step}` })),
  ],
  [
    {
      id: "ci_1",
      type: "code_interpreter_call",
      status: "completed",
      code: "1+1",
      container_id: "cntr_1",
      outputs: [{ type: "logs", logs: "2" }],
    },
    [
      { type: "response.code_interpreter_call_code.delta", delta: "1+1" },
      { type: "response.code_interpreter_call_code.done", code: "1+1" },
    ],
  ],
  [
    { id: "mcpl_1", type: "mcp_list_tools", server_label: "s", tools: [{ name: "t", input_schema: {} }] },
    [{ type: "response.mcp_list_tools.completed" }],
  ],
  [
    { id: "mcp_1", type: "mcp_call", status: "completed", name: "t", server_label: "s", arguments: "{}", output: "x" },
    [
      { type: "response.mcp_call_arguments.delta", delta: "{}" },
      { type: "response.mcp_call_arguments.done", arguments: "{}" },
    ],
  ],
  [{ id: "mcpr_1", type: "mcp_approval_request", name: "t", server_label: "s", arguments: "{}" }, []],
  [{ id: "cu_1", type: "computer_call", status: "completed", call_id: "c", action: { type: "screenshot" } }, []],
  [
    { id: "lsh_1", type: "local_shell_call", status: "completed", call_id: "c", action: { type: "exec", command: [] } },
    [],
  ],
  [{ id: "sh_1", type: "shell_call", status: "completed", call_id: "c", action: { commands: ["ls"] } }, []],
  [{ id: "sho_1", type: "shell_call_output", status: "completed", call_id: "c", output: [] }, []],
  [
    {
      id: "apc_1",
      type: "apply_patch_call",
      status: "completed",
      call_id: "c",
      operation: { type: "create_file", path: "a", diff: "+a" },
    },
    [
      { type: "response.apply_patch_call_operation_diff.delta", delta: "+a" },
      { type: "response.apply_patch_call_operation_diff.done", diff: "+a" },
    ],
  ],
  [{ id: "cmp_1", type: "compaction", encrypted_content: "abc" }, []],
  [
    { id: "ts_1", type: "tool_search_call", status: "completed", execution: "server", call_id: null, arguments: {} },
    [],
  ],
  [
    { id: "xs_1", type: "x_search_call", status: "completed", action: { query: "q" } },
    [{ type: "response.x_search_call.searching" }],
  ],
  [
    {
      id: "ctc_1",
      type: "custom_tool_call",
      status: "completed",
      call_id: "xs_call_1",
      name: "x_keyword_search",
      input: '{"query":"q"}',
    },
    [{ type: "response.custom_tool_call_input.delta", delta: '{"query":"q"}' }],
  ],
  [{ id: "new_1", type: "a_type_of_tomorrow", status: "completed", of: [1] }, [{ type: "response.tomorrow.delta" }]],
];

/** What the provider bills beside tokens. */
const BILLED_APART: Readonly<Record<string, object>> = {
  web_search_call: { webSearches: 1 },
  file_search_call: { serverTools: true },
  code_interpreter_call: { serverTools: true },
};

describe("B7 items that only this dialect has are kept as they stand, whole and streamed", () => {
  test.each(ITEMS.map(([item, inner]) => [item.type, item, inner] as const))("%s", (_, item, inner) => {
    const output = [item, HELLO];
    const { response, progress } = readStreamed(
      codec,
      streamOf([...eventsOf(item, 0, { inner }), ...helloEvents(1)], output),
    );
    const kept = { kind: "other", type: item.type, form: "openai-responses", body: item };
    const usage = { inputTokens: 9, cachedInputTokens: 4, cacheWriteTokens: 0, outputTokens: 12, reasoningTokens: 3 };
    const expected = {
      choices: [{ parts: [kept, SAID], finish: "stop" }],
      usage: { ...usage, ...BILLED_APART[item.type], source: "reported" },
    };
    expect(progress.end.kind).toBe("done");
    expect(saidBy(readWhole(codec, wholeOf(output)))).toEqual(expected);
    expect(saidBy(response)).toEqual(expected);
  });
});
