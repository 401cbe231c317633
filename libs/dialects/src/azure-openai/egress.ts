import type { EgressCodec } from "../egress-codec.ts";
import { parseResponse } from "../openai-chat/parse-response.ts";
import { type ChatReadState, readEnd, readEvent, startReading } from "../openai-chat/stream.ts";
import { usageOfBody } from "../openai-chat/usage.ts";
import { SseParser } from "../sse/parser.ts";
import { parseError } from "./error.ts";
import { credentials, renderRequest } from "./render-request.ts";

/** Azure OpenAI: Chat Completions under paths, credentials and a content filter of its own. */
export const azureOpenaiEgress: EgressCodec<ChatReadState> = {
  wire: "azure-openai",
  form: "openai-chat",
  toolName: /^[a-zA-Z0-9_-]{1,64}$/,
  credentials,
  renderRequest,
  parseResponse,
  reportedUsage: usageOfBody,
  openEvents: (contentType) => (/\bjson\b/i.test(contentType) ? null : new SseParser()),
  startReading,
  readEvent,
  readEnd,
  parseError,
};
