import type { IngressCodec } from "../ingress-codec.ts";
import { cacheFieldsOf } from "./cache-fields.ts";
import { AnswerCollector, keptOf } from "./collect.ts";
import { renderError, renderErrorFrame } from "./error.ts";
import { unread } from "./known-fields.ts";
import { echoOf } from "./legacy-answer.ts";
import { parseRequest } from "./parse-request.ts";
import { parseResponse } from "./parse-response.ts";
import { renderAsStream } from "./render-as-stream.ts";
import { renderResponse } from "./render-response.ts";
import { type ChatWriteState, startWriting, writeChunk, writeTail } from "./render-stream.ts";

/** Callers of OpenAI Chat Completions (https://platform.openai.com/docs/api-reference/chat). */
export const openaiChatIngress: IngressCodec<ChatWriteState> = {
  dialect: "openai-chat",
  parseRequest,
  unread,
  echoOf,
  echoedField: "functions",
  cacheFieldsOf,
  renderResponse,
  renderAsStream,
  streamType: () => "text/event-stream",
  startWriting,
  writeChunk,
  writeTail,
  collector: () => new AnswerCollector(),
  keptOf,
  parseKept: parseResponse,
  renderError,
  renderErrorFrame,
};
