import Anthropic from "@anthropic-ai/sdk";
import { PIXEL } from "../cases.ts";
import { readOf } from "../clients/anthropic-messages.ts";
import type { Agent } from "./agent.ts";
import { CONVERSATION, signatureOf, SYSTEM, TASK, TOOLS_OFFERED, type Turn } from "./conversation.ts";

/** Those of version 2.1.330. */
const BETAS = [
  "claude-code-20250219",
  "interleaved-thinking-2025-05-14",
  "context-management-2025-06-27",
  "mid-conversation-tool-changes-2026-07-01",
  "thinking-token-count-2026-05-13",
  "advanced-tool-use-2025-11-20",
  "effort-2025-11-24",
];
/** It keeps the deferred loading of tools switched on. */
const PLACEHOLDER = {
  name: "placeholder",
  description: "Never call this.",
  input_schema: { type: "object", properties: {} },
  defer_loading: true,
};
const MARK = { cache_control: { type: "ephemeral" } };
const LONG_MARK = { cache_control: { type: "ephemeral", ttl: "1h" } };

function turnOf({ thought, text, calls }: Turn, turn: number): object[] {
  const [read, missed] = calls;
  const uses = calls.map(({ id, name, path }) => ({ type: "tool_use", id: `toolu_${id}`, name, input: { path } }));
  const source = { type: "base64", media_type: "image/png", data: PIXEL };
  // The agent has read a picture beside the file, once.
  const picture = turn === 0 ? [{ type: "image", source }] : [];
  const results = [
    {
      type: "tool_result",
      tool_use_id: `toolu_${read.id}`,
      content: [{ type: "text", text: read.result }, ...picture],
    },
    { type: "tool_result", tool_use_id: `toolu_${missed.id}`, content: missed.result, is_error: true },
  ];
  const reminder = { type: "text", text: "<system-reminder>Mind the style.</system-reminder>" };
  const isLast = turn === CONVERSATION.length - 1;
  return [
    {
      role: "assistant",
      content: [{ type: "thinking", thinking: thought, signature: signatureOf(turn) }, { type: "text", text }, ...uses],
    },
    { role: "user", content: [...results, { ...reminder, ...(isLast ? MARK : {}) }] },
  ];
}

export const claudeCode: Agent = {
  name: "Claude Code",
  dialect: "anthropic-messages",
  headers: { "anthropic-beta": BETAS.join(",") },
  bodyFor: (model) => ({
    model,
    max_tokens: 32_000,
    system: [
      { type: "text", text: "x-client-header: version=2.1.330;" },
      { type: "text", text: "You are Claude Code.", ...MARK },
      { type: "text", text: SYSTEM, ...LONG_MARK },
    ],
    messages: [
      {
        role: "user",
        content: [
          { type: "text", text: "<system-reminder>Mind the house.</system-reminder>" },
          { type: "text", text: TASK },
        ],
      },
      // Not only the first message may be the system's.
      { role: "system", content: "# Environment\nThe working directory is /work." },
      ...CONVERSATION.flatMap(turnOf),
    ],
    tools: [
      ...TOOLS_OFFERED.map(({ schema, ...tool }) => ({
        ...tool,
        input_schema: { $schema: "https://json-schema.org/draft/2020-12/schema", ...schema },
      })),
      PLACEHOLDER,
    ],
    thinking: { type: "adaptive", display: "omitted" },
    output_config: { effort: "high" },
    context_management: { edits: [{ type: "clear_thinking_20251015", keep: "all" }] },
    metadata: { user_id: JSON.stringify({ device_id: "0123456789abcdef", account_uuid: "", session_id: "1" }) },
    stream: true,
  }),
  async send({ baseUrl, apiKey }, model) {
    // ANTHROPIC_BASE_URL and ANTHROPIC_AUTH_TOKEN: the key goes as a bearer token.
    const client = new Anthropic({ baseURL: baseUrl, authToken: apiKey, apiKey: null, maxRetries: 0 });
    const { stream: _, ...body } = claudeCode.bodyFor(model);
    const asked = { ...body, betas: BETAS } as unknown as Anthropic.Beta.MessageCreateParams;
    const stream = client.beta.messages.stream(asked, {
      headers: { "x-app": "cli", "anthropic-dangerous-direct-browser-access": "true", "x-claude-code-session-id": "1" },
    });
    return readOf((await stream.finalMessage()) as unknown as Anthropic.Message);
  },
};
