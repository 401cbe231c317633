import { isObject } from "../check/check-value.ts";
import type { RenderResponseOptions, WriteStreamOptions } from "../ingress-codec.ts";
import { chunksOfResponse } from "../neutral/response-chunks.ts";
import type { NeutralResponse } from "../neutral/response.ts";
import type { JsonObject } from "../neutral/source.ts";
import { eventsOfItem } from "./item-events.ts";
import { isOwn, renderResponse } from "./render-response.ts";
import { encodeAll, startWriting, writeChunk, writeTail } from "./render-stream.ts";
import { readFinish } from "./finish-reason.ts";

/**
 * A whole answer as the stream that would have brought it, its end included: for a cached answer that is asked for as a stream, and
 * for a provider that answers whole what was asked for as a stream. A response of this form's own keeps its items as they are.
 */
export function renderAsStream(response: NeutralResponse, options: RenderResponseOptions & WriteStreamOptions): string {
  if (isOwn(response)) return encodeAll(ownEvents(renderResponse(response, options).body));
  let state = startWriting(options);
  let frames = "";
  for (const chunk of chunksOfResponse(response)) {
    const [next, frame] = writeChunk(state, chunk);
    state = next;
    frames += frame;
  }
  const { dialect: usageForm } = response.source;
  return frames + writeTail(state, { usage: options.usage, note: options.note, usageSource: null, usageForm });
}

function ownEvents(response: JsonObject): readonly JsonObject[] {
  const begun = { ...response, status: "in_progress", incomplete_details: null, output: [], usage: null };
  const items = (response["output"] as readonly unknown[]).filter(isObject);
  const isWhole = readFinish(response, false).finish === "stop";
  const events: JsonObject[] = [
    { type: "response.created", response: begun },
    { type: "response.in_progress", response: begun },
    ...items.flatMap((item, index) => eventsOfItem(item, index)),
    { type: isWhole ? "response.completed" : "response.incomplete", response },
  ];
  return events.map(({ type, ...fields }, index) => ({ type, sequence_number: index, ...fields }));
}
