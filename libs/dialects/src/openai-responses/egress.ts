import type { EgressCodec } from "../egress-codec.ts";
import { parseError } from "../openai-chat/error.ts";
import { SseParser } from "../sse/parser.ts";
import { parseResponse } from "./parse-response.ts";
import type { ResponsesReadState } from "./read-state.ts";
import { renderRequest } from "./render-request.ts";
import { readEnd, readEvent, startReading } from "./stream.ts";
import { usageOfResponse } from "./usage.ts";

/** OpenAI Responses, and the hosts that speak it: Azure, xAI, LM Studio, vLLM. */
export const openaiResponsesEgress: EgressCodec<ResponsesReadState> = {
  wire: "openai-responses",
  form: "openai-responses",
  toolName: /^[a-zA-Z0-9_-]{1,128}$/,
  credentials: (key) => ({ authorization: `Bearer ${key}` }),
  renderRequest,
  parseResponse,
  reportedUsage: (body) => usageOfResponse(body),
  openEvents: (contentType) => (/\bjson\b/i.test(contentType) ? null : new SseParser()),
  startReading,
  readEvent,
  readEnd,
  parseError,
};
