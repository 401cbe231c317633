import type { EgressCodec } from "../egress-codec.ts";
import { parseError } from "../openai-chat/error.ts";
import { SseParser } from "../sse/parser.ts";
import { parseResponse } from "./parse-response.ts";
import { renderRequest } from "./render-request.ts";
import { type CohereReadState, readEnd, readEvent, startReading } from "./stream.ts";
import { readUsage } from "./usage.ts";

/** Cohere's Chat API, version 2 (https://docs.cohere.com/reference/chat). */
export const cohereEgress: EgressCodec<CohereReadState> = {
  wire: "cohere-v2",
  form: "cohere-v2",
  // https://docs.cohere.com/reference/errors
  toolName: /^[a-zA-Z_]\w{0,63}$/,
  credentials: (key) => ({ authorization: `Bearer ${key}` }),
  renderRequest,
  parseResponse,
  reportedUsage: (body) => readUsage(body["usage"]),
  openEvents: (contentType) => (/\bjson\b/i.test(contentType) ? null : new SseParser()),
  startReading,
  readEvent,
  readEnd,
  parseError,
};
