import { isObject } from "../check/check-value.ts";
import type { RenderResponseOptions, WriteStreamOptions } from "../ingress-codec.ts";
import type { NeutralResponse } from "../neutral/response.ts";
import { chunksOfResponse } from "../neutral/response-chunks.ts";
import type { NeutralChunk } from "../neutral/stream-event.ts";
import { startWriting, writeChunk, writeTail } from "./render-stream.ts";

/**
 * A whole answer as the stream that would have brought it: for a cached answer that is asked for as a stream, and for a provider that
 * answers whole what was asked for as a stream. One of this form is one event, because each event of a stream is an answer in itself.
 */
export function renderAsStream(response: NeutralResponse, options: RenderResponseOptions & WriteStreamOptions): string {
  const { dialect: usageForm, body } = response.source;
  let state = startWriting(options);
  let frames = "";
  for (const chunk of toChunks(response)) {
    const [next, frame] = writeChunk(state, chunk);
    state = next;
    frames += frame;
  }
  const usageSource = isObject(body["usageMetadata"]) ? body["usageMetadata"] : null;
  return frames + writeTail(state, { ...options, usageSource, usageForm });
}

function toChunks(response: NeutralResponse): readonly NeutralChunk[] {
  if (response.source.dialect !== "gemini") return chunksOfResponse(response);
  const { id, createdAtS, model, source } = response;
  return [{ source, id, createdAtS, model, deltas: [] }];
}
