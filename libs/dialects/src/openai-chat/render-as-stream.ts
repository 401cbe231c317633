import type { JsonObject } from "../neutral/source.ts";
import type { NeutralChoice, NeutralResponse } from "../neutral/response.ts";
import { BLANK_DELTA, type NeutralChunk } from "../neutral/stream-event.ts";
import { isObject } from "../check/check-value.ts";
import { objectsOf } from "../check/field-value.ts";
import { startWriting, writeChunk, writeTail } from "./render-stream.ts";
import type { RenderResponseOptions, WriteStreamOptions } from "../ingress-codec.ts";
import { refusalOf, toolCallsOf } from "../neutral/part.ts";
import { chunksOfResponse } from "../neutral/response-chunks.ts";
import { readContent } from "./content.ts";

/**
 * A whole answer as the stream that would have brought it, `[DONE]` included: for a cached answer that is asked for as a stream, and
 * for a provider that answers whole what was asked for as a stream. Each choice is one chunk with all its content and one with its end.
 */
export function renderAsStream(response: NeutralResponse, options: RenderResponseOptions & WriteStreamOptions): string {
  let state = startWriting(options);
  let frames = "";
  for (const chunk of toChunks(response)) {
    const [next, frame] = writeChunk(state, chunk);
    state = next;
    frames += frame;
  }
  const { dialect: usageForm, body } = response.source;
  return frames + writeTail(state, { ...options, usageSource: objectOrNull(body["usage"]), usageForm });
}

/** The chunks of an answer that came whole. */
function toChunks(response: NeutralResponse): NeutralChunk[] {
  if (response.source.dialect !== "openai-chat") return chunksOfResponse(response);
  const { choices: sources, usage: _, ...body } = response.source.body;
  const list = Array.isArray(sources) ? (sources as readonly unknown[]) : [];
  return response.choices.flatMap((choice, position) => {
    const source = objectOrNull(list[position]) ?? {};
    const head = { id: response.id, createdAtS: response.createdAtS, model: response.model };
    const content = {
      source: { dialect: "openai-chat", body },
      ...head,
      deltas: [contentDelta(choice, source)],
    } as const;
    return [content, { ...content, deltas: [endDelta(choice)] }];
  });
}

function contentDelta(choice: NeutralChoice, source: JsonObject): NeutralChunk["deltas"][number] {
  const message = objectOrNull(source["message"]) ?? {};
  const { message: _, ...rest } = source;
  const calls = objectsOf(message["tool_calls"]);
  return {
    choice: choice.index,
    first: true,
    ...readContent(message),
    refusal: refusalOf(choice.parts),
    toolCalls: toolCallsOf(choice.parts).map((call, index) => {
      return { index, opens: { id: call.id, name: call.name }, arguments: call.arguments, source: calls[index] ?? {} };
    }),
    finish: null,
    source: { ...rest, delta: message },
  };
}

function endDelta(choice: NeutralChoice): NeutralChunk["deltas"][number] {
  return { choice: choice.index, first: false, ...BLANK_DELTA, finish: choice.finish, source: { delta: {} } };
}

function objectOrNull(value: unknown): JsonObject | null {
  return isObject(value) ? value : null;
}
