import { parseResponse, renderAsStream, renderResponse } from "@signalbox/dialects";
import type { PipelineReply } from "@signalbox/proto";
import type { ChatRequest } from "./chat-request.ts";

/** A kept answer as this caller asked for it: whole or as a stream, with this decision's id and no cost. Null when it cannot be read. */
export function renderCached(
  body: Buffer,
  chat: ChatRequest,
  hit: Extract<PipelineReply, { kind: "cached" }>,
): { answer: Buffer; finishReason: string } | null {
  const { requestId, receivedAtMs, model, stream } = chat.facts;
  const defaults = { id: `chatcmpl-${requestId}`, createdAtS: Math.floor(receivedAtMs / 1_000), model };
  try {
    const response = parseResponse(JSON.parse(body.toString("utf8")), { provider: "cache", secrets: [], defaults });
    const note = { decisionId: hit.decisionId, endpoint: hit.endpoint, costPicoUsd: "0" };
    const options = { usage: hit.usage, note, includeUsage: chat.includeUsage };
    const text = stream ? renderAsStream(response, options) : JSON.stringify(renderResponse(response, options));
    return { answer: Buffer.from(text, "utf8"), finishReason: response.choices[0]!.finish };
  } catch {
    return null;
  }
}
