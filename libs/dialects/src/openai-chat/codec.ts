import { cacheFieldsOf } from "./cache-fields.ts";
import { AnswerCollector } from "./collect.ts";
import { parseError, renderError, renderErrorFrame } from "./error.ts";
import { parseRequest } from "./parse-request.ts";
import { parseResponse } from "./parse-response.ts";
import { renderAsStream, toChunks } from "./render-as-stream.ts";
import { renderRequest } from "./render-request.ts";
import { renderResponse } from "./render-response.ts";
import { startWriting, writeChunk, writeTail } from "./render-stream.ts";
import { readEnd, readEvent, startReading } from "./stream.ts";

/**
 * OpenAI Chat Completions (https://platform.openai.com/docs/api-reference/chat), and the many hosts that speak it with deviations.
 * Each direction goes through the neutral form: a caller's side parses requests and renders answers, a provider's side renders
 * requests and parses answers, so that any dialect can stand on either side.
 */
export const openaiChat = {
  parseRequest,
  renderRequest,
  parseResponse,
  renderResponse,
  renderAsStream,
  toChunks,
  startReading,
  readEvent,
  readEnd,
  startWriting,
  writeChunk,
  writeTail,
  parseError,
  renderError,
  renderErrorFrame,
  cacheFieldsOf,
  collector: () => new AnswerCollector(),
} as const;
