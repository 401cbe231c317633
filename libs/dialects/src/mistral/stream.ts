import type { WireEvent } from "../framing.ts";
import { isObject } from "../check/check-value.ts";
import type { JsonObject } from "../neutral/source.ts";
import type { DeltaExtra, NeutralChunk, NeutralDelta } from "../neutral/stream-event.ts";
import { advanced } from "../neutral/stream-progress.ts";
import { deltaOf } from "../openai-chat/delta.ts";
import { type ChatReadState, readEvent as readChat } from "../openai-chat/stream.ts";
import { isReference, readParts, referenceOf } from "./content.ts";

/** Reads one event, which is OpenAI's but for the parts of its content: a chunk with several is one chunk for each. */
export function readEvent(state: ChatReadState, event: WireEvent): readonly [ChatReadState, readonly NeutralChunk[]] {
  const [next, chunks] = readChat(state, event);
  if (chunks.length === 0) return [next, chunks];
  const read = chunks.flatMap((chunk) => rereadChunk(chunk));
  // What OpenAI's reader does not know may be all that an answer has begun with.
  const { begun } = advanced(
    next.progress,
    read.flatMap(({ deltas }) => deltas),
  );
  return [begun === next.progress.begun ? next : { ...next, progress: { ...next.progress, begun } }, read];
}

function rereadChunk(chunk: NeutralChunk): NeutralChunk[] {
  const source = { dialect: "mistral", body: chunk.source.body } as const;
  if (!chunk.deltas.some((delta) => Array.isArray(deltaOf(delta.source)["content"]))) return [{ ...chunk, source }];
  return chunk.deltas.flatMap((delta) => {
    const content = deltaOf(delta.source)["content"];
    if (!Array.isArray(content)) return [{ ...chunk, source, deltas: [delta] }];
    return splitDelta(delta, content).map((each) => ({ ...chunk, source, deltas: [each] }));
  });
}

/** The delta cut into one for each chunk of its content, in their order, and one for its calls and its end. */
function splitDelta(delta: NeutralDelta, content: readonly unknown[]): NeutralDelta[] {
  const { text: _, reasoning: __, extras: ___, ...rest } = delta;
  const blank = { ...rest, text: null, reasoning: null, refusal: null, toolCalls: [], finish: null };
  const pieces = content.filter(isObject).flatMap((chunk) => piecesOf(chunk).map((piece) => ({ ...blank, ...piece })));
  // The pictures of a content are told at their place in it.
  const extras = (delta.extras ?? []).filter(({ kind }) => kind !== "media");
  const hasRest = pieces.length === 0 || extras.length > 0 || hasEnd(delta);
  const last = { ...rest, text: null, reasoning: null, ...(extras.length === 0 ? {} : { extras }) };
  const all: NeutralDelta[] = hasRest ? [...pieces, last] : pieces;
  return all.map((each, index) => ({ ...each, first: delta.first && index === 0 }));
}

function hasEnd({ toolCalls, finish, refusal }: NeutralDelta): boolean {
  return toolCalls.length > 0 || finish !== null || refusal !== null;
}

function piecesOf(chunk: JsonObject): Partial<NeutralDelta>[] {
  if (isReference(chunk)) return [{ extras: [{ kind: "annotation", annotation: referenceOf(chunk) }] }];
  return readParts([chunk]).map((part) => {
    if (part.kind === "text") return { text: part.text };
    if (part.kind === "reasoning") {
      const extras: DeltaExtra[] = part.state === undefined ? [] : [{ kind: "reasoning-state", state: part.state }];
      return { reasoning: part.text === "" ? null : part.text, ...(extras.length === 0 ? {} : { extras }) };
    }
    if (part.kind === "image") return { extras: [{ kind: "media", part }] };
    return part.kind === "other" ? { extras: [{ kind: "other", part }] } : {};
  });
}
