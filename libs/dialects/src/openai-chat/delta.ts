import { isObject } from "../check/check-value.ts";
import type { JsonObject } from "../neutral/source.ts";
import type { DeltaExtra } from "../neutral/stream-event.ts";
import { readAnnotations } from "./annotations.ts";
import { readImages } from "./answer-media.ts";
import { readExecutedTools } from "./executed-tools.ts";
import { readThoughts } from "./thoughts.ts";

/** The delta of a chunk's choice; a few hosts put the piece under `message`. */
export function deltaOf(choice: JsonObject): JsonObject {
  const { delta, message } = choice;
  return isObject(delta) ? delta : isObject(message) ? message : {};
}

/** What a delta holds beside its text and calls; null for most. `source` is its choice. */
export function readExtras(raw: JsonObject, source: JsonObject): readonly DeltaExtra[] | null {
  const {
    annotations,
    images,
    content,
    reasoning_details: details,
    thinking_blocks: blocks,
    executed_tools: tools,
  } = raw;
  const { logprobs } = source;
  const hasSome =
    isObject(logprobs) ||
    isList(annotations) ||
    isList(images) ||
    isList(details) ||
    isList(blocks) ||
    isList(tools) ||
    Array.isArray(content);
  if (!hasSome) return null;
  const extras: DeltaExtra[] = [];
  for (const { state, id } of readThoughts(raw, null)) {
    if (state !== undefined) extras.push({ kind: "reasoning-state", state, ...(id === undefined ? {} : { id }) });
  }
  for (const part of readExecutedTools(tools)) extras.push({ kind: "other", part });
  for (const annotation of readAnnotations(annotations)) extras.push({ kind: "annotation", annotation });
  for (const part of [...readImages(images), ...readImages(content)]) extras.push({ kind: "media", part });
  if (isObject(logprobs)) extras.push({ kind: "logprobs", logprobs });
  return extras.length === 0 ? null : extras;
}

function isList(value: unknown): boolean {
  return Array.isArray(value) && value.length > 0;
}
