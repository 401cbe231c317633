import type { TranslationLoss } from "@signalbox/proto";
import { isObject } from "../check/check-value.ts";
import type { NeutralRequest } from "../neutral/request.ts";
import type { JsonObject } from "../neutral/source.ts";
import { type ReadFields, unreadFields } from "../neutral/unread-fields.ts";
import { typeOfItem } from "./parse-input.ts";

const CONTENT: ReadFields = {
  type: "read",
  text: "read",
  refusal: "read",
  annotations: "read",
  logprobs: "read",
  image_url: "read",
  file_id: "read",
  file_url: "read",
  file_data: "read",
  filename: "read",
  detail: "read",
  prompt_cache_breakpoint: { mode: "read", ttl: "unheld" },
};

/** Of every type that the neutral form holds. An item's id and its status are the provider's book-keeping. */
const ITEM: ReadFields = {
  type: "read",
  id: "read",
  status: "read",
  created_by: "read",
  async: "unheld",
  caller: "unheld",
  role: "read",
  phase: "unheld",
  content: [CONTENT],
  call_id: "read",
  name: "read",
  namespace: "read",
  arguments: "read",
  input: "read",
  output: [CONTENT],
  summary: "read",
  encrypted_content: "read",
};

const TOOL = {
  type: "read",
  name: "read",
  description: "read",
  parameters: "read",
  strict: "read",
  format: "read",
  async: "unheld",
  defer_loading: "unheld",
  allowed_callers: "unheld",
  output_schema: "unheld",
} as const;

/** What the parser reads of a request; `unheld` is what this format defines and no other has. */
const REQUEST: ReadFields = {
  model: "read",
  input: [ITEM],
  instructions: "read",
  tools: [{ ...TOOL, tools: [TOOL] }],
  tool_choice: "read",
  parallel_tool_calls: "read",
  text: { format: "read", verbosity: "read" },
  reasoning: { effort: "read", summary: "read", generate_summary: "read", context: "unheld", mode: "unheld" },
  stream: "read",
  stream_options: "read",
  store: "read",
  include: "read",
  max_output_tokens: "read",
  max_tool_calls: "unheld",
  temperature: "read",
  top_p: "read",
  top_logprobs: "read",
  truncation: "unheld",
  background: "unheld",
  previous_response_id: "unheld",
  conversation: "unheld",
  prompt: "unheld",
  context_management: "unheld",
  moderation: "unheld",
  image: "unheld",
  access_programs: "unheld",
  prompt_cache_key: "read",
  prompt_cache_retention: "unheld",
  prompt_cache_options: "unheld",
  safety_identifier: "read",
  service_tier: "read",
  metadata: "read",
  user: "read",
};

const HELD_ITEMS = new Set<unknown>([
  "message",
  "function_call",
  "function_call_output",
  "custom_tool_call",
  "custom_tool_call_output",
  "reasoning",
]);

const HELD_TOOLS = new Set<unknown>(["function", "custom", "namespace"]);

/** Fields of a request of this format that the neutral form does not hold. */
export function unread(request: NeutralRequest): readonly TranslationLoss[] {
  const { body } = request.source;
  const own = unreadFields(body, REQUEST).filter(({ path }) => !isOthers(body, path) && !isDefault(body, path));
  if (!isObject(body["tool_choice"]) || request.toolChoice !== null) return own;
  return [...own, { path: "tool_choice", what: "tool-choice", why: "no-equivalent" }];
}

/** Whether the path lies inside an item or a tool of a type of its own: what becomes of those the target's codec says. */
function isOthers(body: JsonObject, path: string): boolean {
  const entry = entryAt(body, path);
  if (entry === null) return false;
  return path.startsWith("tools") ? !HELD_TOOLS.has(entry["type"]) : !HELD_ITEMS.has(typeOfItem(entry));
}

/** The item or the tool that the path lies inside of; null where it does not. */
function entryAt(body: JsonObject, path: string): JsonObject | null {
  const [, list = "", index] = /^(tools|input)\[(\d+)\]\./.exec(path) ?? [];
  const entries = body[list];
  const entry: unknown = Array.isArray(entries) ? entries[Number(index)] : null;
  return isObject(entry) ? entry : null;
}

/** What says no more than what every other form does by itself. */
function isDefault(body: JsonObject, path: string): boolean {
  if (path === "truncation") return body["truncation"] === "disabled";
  if (path === "background") return body["background"] === false;
  const field = path.slice(path.indexOf(".") + 1);
  const value = entryAt(body, path)?.[field];
  // A tool that is there from the start, and a call of it by the model itself, for which the answer waits.
  if (field === "async" || field === "defer_loading") return value === false;
  return field === "caller" && isObject(value) && value["type"] === "direct";
}
