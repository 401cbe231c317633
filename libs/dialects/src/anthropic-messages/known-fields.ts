import type { TranslationLoss } from "@signalbox/proto";
import { isObject } from "../check/check-value.ts";
import { objectsOf } from "../check/field-value.ts";
import { LossList } from "../neutral/loss.ts";
import type { NeutralRequest } from "../neutral/request.ts";
import type { JsonObject } from "../neutral/source.ts";
import { type ReadFields, unreadFields } from "../neutral/unread-fields.ts";

const MARKED: ReadFields = { type: "read", cache_control: "read" };

/** Each kind of block that the parser reads; one of any other kind is a part that its target's codec speaks of. */
const BLOCKS: ReadonlyMap<unknown, ReadFields> = new Map<unknown, ReadFields>(
  Object.entries({
    text: { ...MARKED, text: "read", citations: "read" },
    image: { ...MARKED, source: "read", transformations: "unheld" },
    document: { ...MARKED, source: "read", title: "read", context: "read", citations: "read" },
    search_result: { ...MARKED, source: "read", title: "read", content: "read", citations: "read" },
    thinking: { type: "read", thinking: "read", signature: "read" },
    redacted_thinking: { type: "read", data: "read" },
    tool_use: { ...MARKED, id: "read", name: "read", input: "read", caller: "unheld", toolset_name: "unheld" },
    tool_reference: { ...MARKED, tool_name: "read" },
    tool_result: { ...MARKED, tool_use_id: "read", content: "read", is_error: "read", toolset_name: "unheld" },
  } satisfies Record<string, ReadFields>),
);

const TOOL: ReadFields = {
  ...MARKED,
  name: "read",
  description: "read",
  input_schema: "read",
  strict: "read",
  allowed_callers: "unheld",
  defer_loading: "unheld",
  eager_input_streaming: "unheld",
  input_examples: "unheld",
};

/** What the parser reads of a request; `unheld` is what this format defines and no other has. Blocks and tools are looked at apart. */
const REQUEST: ReadFields = {
  model: "read",
  messages: [{ role: "read", content: "read", output_config: { effort: "read" }, clear_at: "unheld" }],
  system: "read",
  tools: "read",
  tool_choice: { type: "read", name: "read", disable_parallel_tool_use: "read" },
  max_tokens: "read",
  stream: "read",
  temperature: "read",
  top_p: "read",
  top_k: "read",
  stop_sequences: "read",
  metadata: { user_id: "read" },
  service_tier: "read",
  thinking: { type: "read", budget_tokens: "read", display: "read", block_binding: "unheld" },
  output_config: { effort: "read", format: { type: "read", schema: "read" }, task_budget: "unheld" },
  output_format: { type: "read", schema: "read" },
  cache_control: "read",
  billing_policy: "unheld",
  compaction: "unheld",
  container: "unheld",
  context_management: "unheld",
  diagnostics: "unheld",
  fallback_credit_token: "unheld",
  fallbacks: "unheld",
  inference_geo: "unheld",
  mcp_servers: "unheld",
  speed: "unheld",
  thread: "unheld",
};

/** What a request of this format says that the neutral form does not hold. */
export function unread(request: NeutralRequest): readonly TranslationLoss[] {
  const { body, envelope } = request.source;
  const losses = new LossList();
  addAll(losses, "", unreadFields(body, REQUEST));
  addBlocks(losses, "system", body["system"]);
  const messages = objectsOf(body["messages"]);
  for (const [index, message] of messages.entries())
    addBlocks(losses, `messages[${index}].content`, message["content"]);
  const tools = objectsOf(body["tools"]);
  for (const [index, tool] of tools.entries()) {
    if (request.tools[index]?.kind === "function") addAll(losses, `tools[${index}].`, unreadFields(tool, TOOL));
  }
  addThinking(losses, body["thinking"]);
  for (const [index] of (envelope?.betas ?? []).entries())
    losses.add(`anthropic-beta[${index}]`, "beta", "no-equivalent");
  return losses.all;
}

function addBlocks(losses: LossList, path: string, content: unknown): void {
  if (!Array.isArray(content)) return;
  for (const [index, block] of content.entries()) {
    const at = `${path}[${index}]`;
    const known = isObject(block) ? BLOCKS.get(block["type"]) : undefined;
    if (known === undefined) continue;
    addAll(losses, `${at}.`, unreadFields(block as JsonObject, known));
    if ((block as JsonObject)["type"] === "tool_result")
      addBlocks(losses, `${at}.content`, (block as JsonObject)["content"]);
  }
}

function addThinking(losses: LossList, thinking: unknown): void {
  const { type, display } = isObject(thinking) ? thinking : {};
  if (type === "between_tools") losses.add("thinking.type", "between-tools", "approximated");
  else if (type !== undefined && !KNOWN_THINKING.includes(type)) losses.add("thinking.type", "field", "unknown-field");
  if (typeof display === "string" && !KNOWN_DISPLAYS.includes(display)) {
    losses.add("thinking.display", "thinking-display", "approximated");
  }
}

const KNOWN_THINKING: readonly unknown[] = ["enabled", "disabled", "adaptive"];
const KNOWN_DISPLAYS: readonly string[] = ["summarized", "omitted"];

function addAll(losses: LossList, prefix: string, found: readonly TranslationLoss[]): void {
  for (const { path, what, why } of found) losses.add(prefix + path, what, why);
}
