import type { TranslationLoss } from "@signalbox/proto";
import type { NeutralRequest } from "../neutral/request.ts";
import { type ReadFields, unreadFields } from "../neutral/unread-fields.ts";

const CONTENT: ReadFields = {
  type: "read",
  text: "read",
  thinking: "read",
  refusal: "read",
  cache_control: "read",
  prompt_cache_breakpoint: { mode: "read", ttl: "unheld" },
  image_url: { url: "read", detail: "read" },
  input_audio: { data: "read", format: "read" },
  file: { file_id: "read", file_data: "read", filename: "read" },
};

const FUNCTION: ReadFields = { name: "read", description: "read", parameters: "read", strict: "read" };

const MESSAGE: ReadFields = {
  role: "read",
  name: "read",
  content: [CONTENT],
  refusal: "read",
  audio: "read",
  reasoning_content: "read",
  reasoning: "read",
  reasoning_details: "read",
  thinking_blocks: "read",
  tool_call_id: "read",
  cache_control: "read",
  function_call: "read",
  annotations: "unheld",
  tool_calls: [
    {
      id: "read",
      type: "read",
      index: "read",
      function: { name: "read", arguments: "read" },
      custom: { name: "read", input: "read" },
      extra_content: "read",
      cache_control: "read",
    },
  ],
};

/** What the parser reads of a request; `unheld` is what this format defines and no other has. */
const REQUEST: ReadFields = {
  model: "read",
  messages: [MESSAGE],
  // Codex, as long as it spoke this dialect, named a tool beside its function as well.
  tools: [{ type: "read", name: "read", function: FUNCTION, custom: "read", cache_control: "read" }],
  functions: [FUNCTION],
  tool_choice: "read",
  function_call: "read",
  parallel_tool_calls: "read",
  response_format: "read",
  stream: "read",
  stream_options: "read",
  n: "read",
  max_tokens: "read",
  max_completion_tokens: "read",
  temperature: "read",
  top_p: "read",
  top_k: "read",
  min_p: "read",
  presence_penalty: "read",
  frequency_penalty: "read",
  seed: "read",
  stop: "read",
  logprobs: "read",
  top_logprobs: "read",
  logit_bias: "read",
  reasoning_effort: "read",
  verbosity: "read",
  user: "read",
  safety_identifier: "read",
  prompt_cache_key: "read",
  prompt_cache_retention: "unheld",
  prompt_cache_options: "unheld",
  service_tier: "read",
  metadata: "read",
  store: "read",
  moderation: "unheld",
  modalities: "unheld",
  audio: "unheld",
  prediction: "unheld",
  web_search_options: "unheld",
};

/** Fields of a request of this format that the neutral form does not hold. */
export function unread(request: NeutralRequest): readonly TranslationLoss[] {
  const own = unreadFields(request.source.body, REQUEST);
  // A provider's own tool is no unknown field: the target's codec says that it cannot take it.
  return own.filter(({ path }) => !TOOL_FIELD.test(path) || isRead(request, path));
}

const TOOL_FIELD = /^tools\[(\d+)\]\./;

function isRead(request: NeutralRequest, path: string): boolean {
  const index = Number(TOOL_FIELD.exec(path)?.[1]);
  return request.tools[index]?.kind !== "other";
}
