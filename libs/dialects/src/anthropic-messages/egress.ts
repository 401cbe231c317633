import type { EgressCodec } from "../egress-codec.ts";
import { SseParser } from "../sse/parser.ts";
import { parseError } from "./error.ts";
import { parseResponse } from "./parse-response.ts";
import { type MessageReadState, startReading } from "./read-state.ts";
import { renderRequest } from "./render-request.ts";
import { readEnd, readEvent } from "./stream.ts";
import { readUsage } from "./usage.ts";

/** Anthropic Messages, and hosts that speak it. The base URL ends in the version, e.g. `https://api.anthropic.com/v1`. */
export const anthropicMessagesEgress: EgressCodec<MessageReadState> = {
  wire: "anthropic-messages",
  form: "anthropic-messages",
  toolName: /^[a-zA-Z0-9_-]{1,128}$/,
  credentials: (key) => ({ "x-api-key": key }),
  renderRequest,
  parseResponse,
  reportedUsage: (body) => readUsage(body["usage"]),
  openEvents: (contentType) => (/\bjson\b/i.test(contentType) ? null : new SseParser()),
  startReading,
  readEvent,
  readEnd,
  parseError,
};
