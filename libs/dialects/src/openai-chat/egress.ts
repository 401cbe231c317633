import type { EgressCodec } from "../egress-codec.ts";
import { SseParser } from "../sse/parser.ts";
import { parseError } from "./error.ts";
import { parseResponse } from "./parse-response.ts";
import { renderRequest } from "./render-request.ts";
import { type ChatReadState, readEnd, readEvent, startReading } from "./stream.ts";
import { usageOfBody } from "./usage.ts";

/** OpenAI Chat Completions, and the many hosts that speak it with deviations (request-quirks.ts). */
export const openaiChatEgress: EgressCodec<ChatReadState> = {
  wire: "openai-chat",
  form: "openai-chat",
  // https://platform.openai.com/docs/api-reference/chat/create, and what DeepSeek and other hosts say in their refusals.
  toolName: /^[a-zA-Z0-9_-]{1,64}$/,
  credentials: (key) => ({ authorization: `Bearer ${key}` }),
  renderRequest,
  parseResponse,
  reportedUsage: usageOfBody,
  openEvents: (contentType) => (/\bjson\b/i.test(contentType) ? null : new SseParser()),
  startReading,
  readEvent,
  readEnd,
  parseError,
};
