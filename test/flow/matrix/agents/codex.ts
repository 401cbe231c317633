import OpenAI from "openai";
import { readOf } from "../clients/openai-responses.ts";
import type { Agent } from "./agent.ts";
import { CONVERSATION, signatureOf, SYSTEM, TASK, TOOLS_OFFERED, type Turn } from "./conversation.ts";

const PATCH = { type: "custom", name: "apply_patch", description: "Edits files. This is a FREEFORM tool." };
const GRAMMAR = { type: "grammar", syntax: "lark", definition: 'start: "*** Begin Patch" /.+/ "*** End Patch"' };

function turnOf({ thought, text, calls }: Turn, turn: number): object[] {
  return [
    {
      type: "reasoning",
      id: `rs_${turn}`,
      summary: [{ type: "summary_text", text: thought }],
      encrypted_content: signatureOf(turn),
    },
    { type: "message", role: "assistant", content: [{ type: "output_text", text }] },
    ...calls.map(({ id: call_id, name, path }) => {
      return { type: "function_call", call_id, name, arguments: JSON.stringify({ path }) };
    }),
    ...calls.map(({ id: call_id, result: output }) => ({ type: "function_call_output", call_id, output })),
  ];
}

/** The tools of a server of MCP, and its own of one purpose, come in a group. */
const GROUP = {
  type: "namespace",
  name: "mcp__docs",
  description: "Tools for documents.",
  tools: ["find", "open"].map((name) => ({
    type: "function",
    name,
    description: `Does ${name}.`,
    strict: false,
    parameters: { type: "object", properties: { what: { type: "string" } }, required: ["what"] },
  })),
};

const message = (role: string, text: string): object => {
  return { type: "message", id: `msg_${role}_${text.length}`, role, content: [{ type: "input_text", text }] };
};

export const codex: Agent = {
  name: "Codex CLI",
  dialect: "openai-responses",
  grouped: ["mcp__docs__find", "mcp__docs__open"],
  headers: {},
  bodyFor: (model, boundTokens) => ({
    model,
    instructions: SYSTEM,
    input: [
      message("developer", "<permissions>The sandbox is workspace-write.</permissions>"),
      message("user", "<environment_context><cwd>/work</cwd></environment_context>"),
      message("user", TASK),
      ...CONVERSATION.flatMap(turnOf),
    ],
    tools: [
      ...TOOLS_OFFERED.map(({ schema, ...tool }) => ({ type: "function", ...tool, strict: false, parameters: schema })),
      GROUP,
      { ...PATCH, format: GRAMMAR },
      { type: "web_search", external_web_access: true },
    ],
    tool_choice: "auto",
    parallel_tool_calls: true,
    reasoning: { effort: "high", summary: "auto" },
    store: false,
    stream: true,
    include: ["reasoning.encrypted_content"],
    prompt_cache_key: "019a0000-0000-7000-8000-000000000000",
    text: { verbosity: "low" },
    // Of version 0.169.
    client_metadata: { session_id: "019a0000-0000-7000-8000-000000000000", turn_id: "1" },
    ...(boundTokens === undefined ? {} : { max_output_tokens: boundTokens }),
  }),
  async send({ baseUrl, apiKey }, model) {
    // A provider of config.toml with `base_url` and `env_key`.
    const client = new OpenAI({ baseURL: `${baseUrl}/v1`, apiKey, maxRetries: 0 });
    const body = codex.bodyFor(model) as unknown as OpenAI.Responses.ResponseCreateParamsStreaming;
    const headers = {
      originator: "codex_exec",
      "session-id": "019a0000-0000-7000-8000-000000000000",
      "x-codex-turn-metadata": "{}",
      accept: "text/event-stream",
    };
    for await (const event of await client.responses.create(body, { headers })) {
      if (event.type === "response.completed") return readOf(event.response);
      if (event.type === "error" || event.type === "response.failed") throw new Error(JSON.stringify(event));
    }
    throw new Error("The stream has no end.");
  },
};
