import type { IngressCodec } from "../ingress-codec.ts";
import { cacheFieldsOf } from "./cache-fields.ts";
import { AnswerCollector, keptOf } from "./collect.ts";
import { renderError, renderErrorFrame } from "./error.ts";
import { unread } from "./known-fields.ts";
import { parseRequest } from "./parse-request.ts";
import { parseResponse } from "./parse-response.ts";
import { renderAsStream } from "./render-as-stream.ts";
import { renderResponse } from "./render-response.ts";
import { type MessageWriteState, startWriting, writeChunk, writeTail } from "./render-stream.ts";

/** Callers of Anthropic Messages (https://platform.claude.com/docs/en/api/messages). */
export const anthropicMessagesIngress: IngressCodec<MessageWriteState> = {
  dialect: "anthropic-messages",
  parseRequest,
  unread,
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
