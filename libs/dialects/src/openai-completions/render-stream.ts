import type { RenderResponseOptions, StreamTail, WriteState, WriteStreamOptions } from "../ingress-codec.ts";
import { renderNote } from "../neutral/answer-note.ts";
import { NO_LOSSES, withLoss } from "../neutral/loss.ts";
import { chunksOfResponse } from "../neutral/response-chunks.ts";
import type { AnswerDefaults, NeutralResponse } from "../neutral/response.ts";
import type { JsonObject } from "../neutral/source.ts";
import type { NeutralChunk, NeutralDelta } from "../neutral/stream-event.ts";
import { renderUsage } from "../openai-chat/usage.ts";
import { encodeData } from "../sse/encode.ts";
import { renderFinish } from "./choice-text.ts";
import { renderLogprobs } from "./logprobs.ts";
import { headOf, prefixOf } from "./render-response.ts";

/** What is known of a caller's stream between two frames. */
export type CompletionsWriteState = WriteState & {
  readonly includeUsage: boolean;
  /** The prompt, where the caller wants it before the answer. */
  readonly prefix: string;
  readonly head: AnswerDefaults | null;
  /** UTF-16 units of the text of each choice. */
  readonly chars: ReadonlyMap<number, number>;
};

export function startWriting(options: WriteStreamOptions): CompletionsWriteState {
  const prefix = prefixOf(options.echo);
  return { includeUsage: options.includeUsage, prefix, head: null, chars: new Map(), losses: NO_LOSSES };
}

/** The text of a chunk as the caller gets it; none for a chunk that says nothing in text. */
export function writeChunk(
  before: CompletionsWriteState,
  chunk: NeutralChunk,
): readonly [CompletionsWriteState, string] {
  const head = before.head ?? chunk;
  let { losses } = before;
  const chars = new Map(before.chars);
  const choices: JsonObject[] = [];
  for (const delta of chunk.deltas) {
    for (const what of lostIn(delta)) {
      losses = withLoss(losses, { path: `choices[${delta.choice}]`, what, why: "no-equivalent" });
    }
    const offset = chars.get(delta.choice);
    const said = (delta.text ?? "") + (delta.refusal ?? "");
    const text = (offset === undefined ? before.prefix : "") + said;
    if (text === "" && delta.finish === null) continue;
    const start = offset ?? before.prefix.length;
    chars.set(delta.choice, start + said.length);
    const logprobs = delta.extras?.find((extra) => extra.kind === "logprobs")?.logprobs;
    const finish = delta.finish === null ? null : renderFinish(delta.finish);
    choices.push({ text, index: delta.choice, logprobs: renderLogprobs(logprobs, start), finish_reason: finish });
  }
  const state = { ...before, head, chars, losses };
  if (choices.length === 0) return [state, ""];
  const usage = before.includeUsage ? { usage: null } : {};
  return [state, encodeData(JSON.stringify({ ...headOf(head), choices, ...usage }))];
}

/** What of a delta this format has no place for. */
function lostIn(delta: NeutralDelta): readonly string[] {
  const lost = (delta.extras ?? []).flatMap((extra) => {
    if (extra.kind === "annotation") return ["citation"];
    if (extra.kind === "text-state") return ["text-signature"];
    if (extra.kind === "reasoning-state") return ["reasoning"];
    if (extra.kind === "media") return [extra.part.kind];
    return extra.kind === "other" ? [extra.part.type] : [];
  });
  if (delta.reasoning !== null && delta.reasoning !== "") lost.push("reasoning");
  if (delta.toolCalls.length > 0) lost.push("tool-call");
  if (delta.refusal !== null && delta.refusal !== "") lost.push("refusal");
  return lost;
}

/** What a complete answer still owes the caller: the usage chunk, when it was asked for, and `[DONE]`. */
export function writeTail(state: CompletionsWriteState, tail: StreamTail): string {
  const done = encodeData("[DONE]");
  if (!state.includeUsage || state.head === null) return done;
  const source = tail.usageForm === "openai-chat" ? tail.usageSource : null;
  const usage = { ...renderUsage(tail.usage, source), signalbox: renderNote(tail.note, tail.usage) };
  return encodeData(JSON.stringify({ ...headOf(state.head), choices: [], usage })) + done;
}

/** A whole answer as the stream that would have brought it, `[DONE]` included. */
export function renderAsStream(response: NeutralResponse, options: RenderResponseOptions & WriteStreamOptions): string {
  let state = startWriting(options);
  let frames = "";
  for (const chunk of chunksOfResponse(response)) {
    const [next, frame] = writeChunk(state, chunk);
    state = next;
    frames += frame;
  }
  const { usage, note } = options;
  return frames + writeTail(state, { usage, note, usageSource: null, usageForm: "openai-completions" });
}
