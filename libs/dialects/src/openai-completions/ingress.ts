import type { IngressCodec } from "../ingress-codec.ts";
import { ResponseCollector } from "../neutral/collect.ts";
import type { NeutralRequest } from "../neutral/request.ts";
import type { JsonObject } from "../neutral/source.ts";
import { cacheFieldsOf } from "../openai-chat/cache-fields.ts";
import { renderError, renderErrorFrame } from "../openai-chat/error.ts";
import { unread } from "./known-fields.ts";
import { parseKept } from "./parse-kept.ts";
import { parseRequest, promptsOf } from "./parse-request.ts";
import { keptOf, renderResponse } from "./render-response.ts";
import { type CompletionsWriteState, renderAsStream, startWriting, writeChunk, writeTail } from "./render-stream.ts";

/** Callers of the legacy completions of OpenAI (https://platform.openai.com/docs/api-reference/completions). */
export const openaiCompletionsIngress: IngressCodec<CompletionsWriteState> = {
  dialect: "openai-completions",
  parseRequest,
  unread,
  echoOf,
  cacheFieldsOf,
  renderResponse,
  renderAsStream,
  streamType: () => "text/event-stream",
  startWriting,
  writeChunk,
  writeTail,
  collector: () => {
    const collector = new ResponseCollector();
    return {
      add: (chunk) => collector.add(chunk),
      body: ({ usage }) => {
        const response = collector.response(usage);
        return response === null ? null : keptOf(response, usage);
      },
    };
  },
  keptOf,
  parseKept,
  renderError,
  renderErrorFrame,
};

/** The prompt, where the caller wants it before the answer. */
function echoOf({ source: { body } }: NeutralRequest): JsonObject {
  return body["echo"] === true ? { prompt: promptsOf(body["prompt"])[0] } : {};
}
