import { ingressOf } from "@signalbox/dialects";
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
    const codec = ingressOf(chat.facts.dialect);
    const response = codec.parseKept(JSON.parse(body.toString("utf8")), { provider: "cache", secrets: [], defaults });
    const note = { decisionId: hit.decisionId, endpoint: hit.endpoint, costPicoUsd: "0" };
    const envelope = chat.envelope === null ? {} : { envelope: chat.envelope };
    const options = { usage: hit.usage, note, includeUsage: chat.includeUsage, ...envelope };
    const text = stream
      ? codec.renderAsStream(response, options)
      : JSON.stringify(codec.renderResponse(response, options).body);
    return { answer: Buffer.from(text, "utf8"), finishReason: response.choices[0]!.finish };
  } catch {
    return null;
  }
}
