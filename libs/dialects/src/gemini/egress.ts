import type { EgressCodec } from "../egress-codec.ts";
import { SseParser } from "../sse/parser.ts";
import { credentials } from "./credentials.ts";
import { parseError } from "./error.ts";
import { JsonArrayParser } from "./json-array-parser.ts";
import { parseResponse } from "./parse-response.ts";
import { renderRequest } from "./render-request.ts";
import { type GeminiReadState, lastChunks, readEnd, readEvent, startReading } from "./stream.ts";
import { usageOfBody } from "./usage.ts";

/** The Gemini API of AI Studio and of Vertex AI, which differ in the base URL and the credentials alone. */
export const geminiEgress: EgressCodec<GeminiReadState> = {
  wire: "gemini",
  form: "gemini",
  // Vertex AI takes 128 characters, the Gemini API refuses more than 64.
  toolName: /^[a-zA-Z_][\w.:-]{0,63}$/,
  credentials,
  renderRequest,
  parseResponse,
  reportedUsage: usageOfBody,
  // A host that does not know `alt=sse` streams a JSON array, which also reads a whole answer as its one event.
  openEvents: (contentType) => (/\bjson\b/i.test(contentType) ? new JsonArrayParser() : new SseParser()),
  startReading,
  readEvent,
  lastChunks,
  readEnd,
  parseError,
};
