import type { IngressCodec } from "../ingress-codec.ts";
import { cacheFieldsOf } from "./cache-fields.ts";
import { keptOf, ResponseKeeper } from "./collect.ts";
import { renderError, renderErrorFrame } from "./error.ts";
import { unread } from "./known-fields.ts";
import { ownOnly } from "./own-only.ts";
import { parseRequest } from "./parse-request.ts";
import { parseResponse } from "./parse-response.ts";
import { renderAsStream } from "./render-as-stream.ts";
import { renderResponse } from "./render-response.ts";
import { type ResponsesWriteState, startWriting, writeChunk, writeTail } from "./render-stream.ts";
import { echoOf } from "./response-object.ts";

/** Callers of OpenAI Responses (https://platform.openai.com/docs/api-reference/responses). */
export const openaiResponsesIngress: IngressCodec<ResponsesWriteState> = {
  dialect: "openai-responses",
  parseRequest,
  unread,
  ownOnly,
  echoOf: (request) => echoOf(request.source.body),
  cacheFieldsOf,
  renderResponse,
  renderAsStream,
  streamType: () => "text/event-stream",
  startWriting,
  writeChunk,
  writeTail,
  collector: () => new ResponseKeeper(),
  keptOf,
  parseKept: parseResponse,
  renderError,
  renderErrorFrame,
};
