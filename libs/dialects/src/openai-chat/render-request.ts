import type { RenderedRequest, RenderRequestOptions } from "../egress-codec.ts";
import { LossList } from "../neutral/loss.ts";
import type { NeutralRequest } from "../neutral/request.ts";
import type { JsonObject } from "../neutral/source.ts";
import { NO_QUIRKS, quirksForModel, type RequestQuirks } from "../request-quirks.ts";
import { applyQuirks } from "./apply-quirks.ts";
import { buildRequest } from "./build-request.ts";
import { dropState } from "./drop-state.ts";
import { fitOwnReasoning } from "./fit-own-reasoning.ts";
import { withoutFunctions } from "./legacy-functions.ts";
import { withoutLegacyMessages } from "./legacy-messages.ts";
import { inOpenaiWords } from "./openai-words.ts";
import { withoutPlainImages } from "./plain-images.ts";

const PATH = "/chat/completions";
const NO_HEADERS = {};

/**
 * The body to send to a provider: a caller's own of this form with only what must differ laid over it, or one built anew. Usage is always
 * asked for on a stream. Of a caller's own body only that is lost which its host is declared not to take.
 */
export function renderRequest(request: NeutralRequest, options: RenderRequestOptions): RenderedRequest {
  const quirks = quirksForModel(options.quirks ?? NO_QUIRKS, options.model);
  const losses = new LossList();
  const isOwn = request.source.dialect === "openai-chat";
  const fields = isOwn ? request.source.body : buildRequest(request, quirks, losses);
  const body: Record<string, unknown> = { ...fields, model: options.model };
  if (isOwn) {
    withoutFunctions(body);
    inOpenaiWords(body);
    withoutLegacyMessages(body, request.messages);
    withoutPlainImages(body);
  }
  if (request.stream && quirks.streamOptions) {
    body["stream_options"] = { ...(body["stream_options"] as JsonObject | null), include_usage: true };
  } else {
    delete body["stream_options"];
  }
  boundOutput(body, options.maxOutputTokens, quirks);
  applyQuirks(body, request, { quirks, losses });
  if (isOwn) {
    fitOwnReasoning(body, request, { quirks, losses });
    dropState(body, request, { quirks, losses });
  }
  if (!quirks.developerRole && request.messages.some((message) => message.role === "developer")) {
    body["messages"] = (body["messages"] as JsonObject[]).map(developerToSystem);
  }
  return { path: PATH, headers: NO_HEADERS, body, losses: losses.all };
}

function boundOutput(body: Record<string, unknown>, cap: number | null, quirks: RequestQuirks): void {
  const asked = (body["max_completion_tokens"] ?? body["max_tokens"] ?? null) as number | null;
  if (asked === null && cap === null) return;
  const bound = Math.min(asked ?? Infinity, cap ?? Infinity);
  const callers = (body["max_completion_tokens"] ?? null) === null ? "max_tokens" : "max_completion_tokens";
  const field = quirks.maxTokensField ?? callers;
  delete body["max_tokens"];
  delete body["max_completion_tokens"];
  body[field] = bound;
}

function developerToSystem(message: JsonObject): JsonObject {
  return message["role"] === "developer" ? { ...message, role: "system" } : message;
}
