import type { AnswerDefaults } from "../neutral/response.ts";
import type { JsonObject } from "../neutral/source.ts";

/** Every field that the format requires of a response, as a request that says nothing has it. */
const BLANK_RESPONSE = {
  object: "response",
  access_programs: null,
  background: false,
  error: null,
  incomplete_details: null,
  instructions: null,
  max_output_tokens: null,
  max_tool_calls: null,
  output: [],
  parallel_tool_calls: true,
  previous_response_id: null,
  prompt_cache_key: null,
  reasoning: { effort: null, summary: null },
  safety_identifier: null,
  service_tier: "default",
  store: false,
  temperature: null,
  text: { format: { type: "text" } },
  tool_choice: "auto",
  tools: [],
  top_logprobs: 0,
  top_p: null,
  truncation: "disabled",
  usage: null,
  user: null,
  metadata: {},
};

/** The response that an answer of another wire becomes. `echo`: fields of the request that a response repeats. */
export function responseOf(head: AnswerDefaults, echo: JsonObject, change: JsonObject): JsonObject {
  return {
    id: responseIdOf(head.id),
    created_at: head.createdAtS,
    ...BLANK_RESPONSE,
    ...echo,
    model: head.model,
    ...change,
  };
}

const ECHOED = Object.keys(BLANK_RESPONSE).filter((field) => {
  return !["object", "access_programs", "error", "incomplete_details", "output", "usage"].includes(field);
});

/** The fields of a request that a response to it repeats. */
export function echoOf(body: JsonObject): JsonObject {
  const present = ECHOED.filter((field) => body[field] !== undefined && body[field] !== null);
  return Object.fromEntries(present.map((field) => [field, body[field]]));
}

const ID_MAX_CHARS = 64;

/** A response's id: the provider's own, or one made of another wire's, always the same for the same. */
export function responseIdOf(id: string): string {
  return id.startsWith("resp_") ? id : `resp_${plain(id)}`;
}

/** The id of an answer's item: the same for the same answer and place. */
export function itemIdOf(prefix: string, responseId: string, index: number): string {
  const tail = `_${index}`;
  return `${prefix}_${plain(responseId).slice(-(ID_MAX_CHARS - prefix.length - 1 - tail.length))}${tail}`;
}

function plain(id: string): string {
  return id.replaceAll(/[^A-Za-z0-9]/g, "");
}
