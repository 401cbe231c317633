import type { IngressCodec } from "../ingress-codec.ts";
import { cacheFieldsOf } from "./cache-fields.ts";
import { AnswerCollector } from "./collect.ts";
import { renderError, renderErrorFrame } from "./error.ts";
import { unread } from "./known-fields.ts";
import { parseRequest } from "./parse-request.ts";
import { parseResponse } from "./parse-response.ts";
import { renderAsStream } from "./render-as-stream.ts";
import { keptOf, renderResponse } from "./render-response.ts";
import { type GeminiWriteState, startWriting, streamType, writeChunk, writeTail } from "./render-stream.ts";

/** Callers of the Gemini API (https://ai.google.dev/api/generate-content). The path's model, method and `alt` stand in the envelope. */
export const geminiIngress: IngressCodec<GeminiWriteState> = {
  dialect: "gemini",
  parseRequest,
  unread,
  cacheFieldsOf,
  renderResponse,
  renderAsStream,
  streamType,
  startWriting,
  writeChunk,
  writeTail,
  collector: () => new AnswerCollector(),
  keptOf,
  parseKept: parseResponse,
  renderError,
  renderErrorFrame,
};
