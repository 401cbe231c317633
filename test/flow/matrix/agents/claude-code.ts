import Anthropic from "@anthropic-ai/sdk";
import { PIXEL } from "../cases.ts";
import { readOf } from "../clients/anthropic-messages.ts";
import type { Agent } from "./agent.ts";
import { CONVERSATION, signatureOf, SYSTEM, TASK, TOOLS_OFFERED, type Turn } from "./conversation.ts";

const BETAS = ["claude-code-20250219", "interleaved-thinking-2025-05-14", "context-management-2025-06-27"];
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
      { type: "text", text: "You are Claude Code." },
      { type: "text", text: SYSTEM, ...LONG_MARK },
    ],
    messages: [{ role: "user", content: [{ type: "text", text: TASK }] }, ...CONVERSATION.flatMap(turnOf)],
    tools: TOOLS_OFFERED.map(({ schema, ...tool }, at) => ({
      ...tool,
      input_schema: schema,
      ...(at === TOOLS_OFFERED.length - 1 ? MARK : {}),
    })),
    thinking: { type: "adaptive" },
    output_config: { effort: "high" },
    context_management: { edits: [{ type: "clear_thinking_20251015", keep: "all" }] },
    metadata: { user_id: "user_0123456789abcdef_account__session_1" },
    stream: true,
  }),
  async send({ baseUrl, apiKey }, model) {
    // ANTHROPIC_BASE_URL and ANTHROPIC_AUTH_TOKEN: the key goes as a bearer token.
    const client = new Anthropic({ baseURL: baseUrl, authToken: apiKey, apiKey: null, maxRetries: 0 });
    const { stream: _, ...body } = claudeCode.bodyFor(model);
    const asked = { ...body, betas: BETAS } as unknown as Anthropic.Beta.MessageCreateParams;
    const stream = client.beta.messages.stream(asked, { headers: { "x-app": "cli" } });
    return readOf((await stream.finalMessage()) as unknown as Anthropic.Message);
  },
};
