import { isObject } from "../check/check-value.ts";
import type { RenderResponseOptions, WriteStreamOptions } from "../ingress-codec.ts";
import type { NeutralResponse } from "../neutral/response.ts";
import { chunksOfResponse } from "../neutral/response-chunks.ts";
import type { NeutralChunk } from "../neutral/stream-event.ts";
import { eventsOfMessage } from "./message-events.ts";
import { startWriting, writeChunk, writeTail } from "./render-stream.ts";

/**
 * A whole answer as the stream that would have brought it, `message_stop` included: for a cached answer that is asked for as a stream, and
 * for a provider that answers whole what was asked for as a stream.
 */
export function renderAsStream(response: NeutralResponse, options: RenderResponseOptions & WriteStreamOptions): string {
  const { dialect: usageForm, body } = response.source;
  let state = startWriting({ ...options, inputTokens: options.usage.inputTokens });
  let frames = "";
  for (const chunk of toChunks(response)) {
    const [next, frame] = writeChunk(state, chunk);
    state = next;
    frames += frame;
  }
  const usageSource = isObject(body["usage"]) ? body["usage"] : null;
  return frames + writeTail(state, { ...options, usageSource, usageForm });
}

/** The chunks of an answer that came whole. */
function toChunks(response: NeutralResponse): readonly NeutralChunk[] {
  if (response.source.dialect !== "anthropic-messages") return chunksOfResponse(response);
  const { id, createdAtS, model } = response;
  return eventsOfMessage({ ...response.source.body, id, type: "message", role: "assistant", model }).map((body) => {
    return { source: { dialect: "anthropic-messages", body }, id, createdAtS, model, deltas: [] };
  });
}
