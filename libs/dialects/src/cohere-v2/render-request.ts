import type { RenderedRequest, RenderRequestOptions } from "../egress-codec.ts";
import { LossList } from "../neutral/loss.ts";
import { cappedTokens } from "../neutral/output-cap.ts";
import type { NeutralRequest } from "../neutral/request.ts";
import type { JsonObject } from "../neutral/source.ts";
import { buildMessages } from "./build-messages.ts";
import { buildFormat, buildSampling, buildThinking, loseTheRest } from "./build-options.ts";
import { buildTools } from "./build-tools.ts";

const PATH = "/chat";
const NO_HEADERS = {};

/** The body of `POST /v2/chat` (https://docs.cohere.com/reference/chat). No caller speaks this format, so it is always built anew. */
export function renderRequest(request: NeutralRequest, options: RenderRequestOptions): RenderedRequest {
  const losses = new LossList();
  const documents: JsonObject[] = [];
  const messages = buildMessages(request.messages, { losses, documents });
  const tools = buildTools(request, losses);
  const offered = { tools: tools["tools"] !== undefined, documents: documents.length > 0 };
  const fields = {
    model: options.model,
    stream: request.stream,
    messages,
    ...tools,
    documents: documents.length === 0 ? null : documents,
    response_format: buildFormat(request, offered, losses),
    max_tokens: cappedTokens(request.maxOutputTokens, options.maxOutputTokens),
    ...buildSampling(request, losses),
    logprobs: request.logprobs ? true : null,
    thinking: buildThinking(request, losses),
  };
  loseTheRest(request, losses);
  const body = Object.fromEntries(Object.entries(fields).filter(([, value]) => value !== null));
  return { path: PATH, headers: NO_HEADERS, body, losses: losses.all };
}
