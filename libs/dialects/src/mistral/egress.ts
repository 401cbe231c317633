import type { EgressCodec } from "../egress-codec.ts";
import { parseError } from "../openai-chat/error.ts";
import { type ChatReadState, readEnd, startReading } from "../openai-chat/stream.ts";
import { usageOfBody } from "../openai-chat/usage.ts";
import { SseParser } from "../sse/parser.ts";
import { parseResponse } from "./parse-response.ts";
import { renderRequest } from "./render-request.ts";
import { readEvent } from "./stream.ts";

/** Mistral's chat completions (https://docs.mistral.ai/api/endpoint/chat). */
export const mistralEgress: EgressCodec<ChatReadState> = {
  wire: "mistral",
  form: "mistral",
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
