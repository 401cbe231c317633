import { SignalboxError } from "@signalbox/proto";
import { isObject } from "../check/check-value.ts";
import type { RenderedRequest } from "../egress-codec.ts";
import type { NeutralRequest } from "../neutral/request.ts";
import type { JsonObject } from "../neutral/source.ts";
import { parseInBandError } from "./error.ts";
import { renderRequest } from "./render-request.ts";

export { parseAnthropicCount } from "./parse-request.ts";

/** What counting takes of a request (https://platform.claude.com/docs/en/api/messages-count-tokens); it refuses the rest. */
const FIELDS = [
  "model",
  "messages",
  "system",
  "tools",
  "tool_choice",
  "thinking",
  "output_config",
  "output_format",
  "cache_control",
  "context_management",
  "mcp_servers",
  "speed",
];

/** A request whose tokens are to be counted, as the provider gets it. */
export function renderAnthropicCountRequest(
  request: NeutralRequest,
  options: { readonly model: string },
): RenderedRequest {
  const { headers, body, losses } = renderRequest(request, { model: options.model, maxOutputTokens: null });
  const fields = FIELDS.filter((field) => body[field] !== undefined).map((field) => [field, body[field]]);
  return { path: "/messages/count_tokens", headers, body: Object.fromEntries(fields) as JsonObject, losses };
}

/** The count in a provider's answer. Throws `upstream-*` when there is none. */
export function parseAnthropicCountAnswer(
  body: unknown,
  from: { readonly provider: string; readonly secrets: readonly string[] },
): number {
  const error = isObject(body) ? parseInBandError(body, from) : null;
  if (error !== null) throw error;
  const count = isObject(body) ? body["input_tokens"] : undefined;
  if (typeof count === "number" && Number.isSafeInteger(count) && count >= 0) return count;
  throw new SignalboxError("upstream-error", "The provider sent an answer that is no count of tokens.", {
    details: { provider: from.provider },
  });
}

/** The answer to a caller that asked for a count. */
export function renderAnthropicCountAnswer(inputTokens: number): JsonObject {
  return { input_tokens: inputTokens };
}
