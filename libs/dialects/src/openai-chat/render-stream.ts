import { plainText } from "../check/plain-value.ts";
import { isObject } from "../check/check-value.ts";
import type { StreamTail, WriteState, WriteStreamOptions } from "../ingress-codec.ts";
import { renderNote } from "../neutral/answer-note.ts";
import { NO_LOSSES, withLoss } from "../neutral/loss.ts";
import type { AnswerDefaults } from "../neutral/response.ts";
import type { JsonObject } from "../neutral/source.ts";
import type { NeutralChunk, NeutralDelta, ToolCallDelta } from "../neutral/stream-event.ts";
import { encodeData } from "../sse/encode.ts";
import { renderImage } from "./answer-media.ts";
import { type BuiltChoices, buildDeltas, NO_BUILT_CHOICES } from "./build-delta.ts";
import { deltaOf } from "./delta.ts";
import { inLegacyForm, isLegacyEcho } from "./legacy-answer.ts";
import { renderUsage } from "./usage.ts";
import { type HeldCalls, holdCalls, NO_HELD_CALLS } from "./whole-calls.ts";

/** What is known of a caller's stream between two frames. */
export type ChatWriteState = WriteState & {
  /** Whether the caller asked for a usage chunk. */
  readonly includeUsage: boolean;
  readonly head: AnswerDefaults | null;
  /** Whether the caller asked with `functions`. */
  readonly legacy: boolean;
  /** Of answers from other wires. */
  readonly built: BuiltChoices;
  /** Of a client that reads calls only whole; null for all others. */
  readonly held: HeldCalls | null;
};

export function startWriting(options: WriteStreamOptions): ChatWriteState {
  const legacy = isLegacyEcho(options);
  const held = options.envelope?.wholeCalls === true ? NO_HELD_CALLS : null;
  return { includeUsage: options.includeUsage, legacy, head: null, built: NO_BUILT_CHOICES, held, losses: NO_LOSSES };
}

/** One chunk as the caller gets it, with every field that the format requires; a provider's of this form keeps its own. */
export function writeChunk(state: ChatWriteState, chunk: NeutralChunk): readonly [ChatWriteState, string] {
  if (state.held === null) return writeAsItCame(state, chunk);
  const [held, whole] = holdCalls(state.held, chunk);
  return writeAsItCame({ ...state, held }, whole);
}

function writeAsItCame(state: ChatWriteState, chunk: NeutralChunk): readonly [ChatWriteState, string] {
  if (chunk.source.dialect !== "openai-chat") return writeBuilt(state, chunk);
  const choices = chunk.deltas.map(renderChoice);
  const next = state.head === null ? { ...state, head: chunk } : state;
  const body = {
    ...chunk.source.body,
    ...headOf(chunk),
    choices,
    usage: state.includeUsage ? null : undefined,
  };
  return state.legacy ? writeLegacy(next, body) : [next, encodeData(JSON.stringify(body))];
}

/** A chunk for who asked with `functions`. */
function writeLegacy(
  state: ChatWriteState,
  body: JsonObject & { readonly choices: readonly JsonObject[] },
): readonly [ChatWriteState, string] {
  let { losses } = state;
  const choices = body.choices.map((choice) => {
    return inLegacyForm(choice, () => {
      const path = `choices[${plainText(choice["index"])}]`;
      losses = withLoss(losses, { path, what: "tool-call", why: "no-equivalent" });
    });
  });
  return [losses === state.losses ? state : { ...state, losses }, encodeData(JSON.stringify({ ...body, choices }))];
}

function writeBuilt(state: ChatWriteState, chunk: NeutralChunk): readonly [ChatWriteState, string] {
  const head = state.head ?? chunk;
  if (chunk.deltas.length === 0) return [state.head === null ? { ...state, head } : state, ""];
  const { choices, built, losses } = buildDeltas(chunk.deltas, state);
  const body = { ...headOf(head), choices, usage: state.includeUsage ? null : undefined };
  const next = { ...state, head, built, losses };
  return state.legacy ? writeLegacy(next, body) : [next, encodeData(JSON.stringify(body))];
}

function headOf({ id, createdAtS, model }: AnswerDefaults): JsonObject {
  return { id, object: "chat.completion.chunk", created: createdAtS, model };
}

/** What a complete answer still owes the caller: the usage chunk, when it was asked for, and `[DONE]`. */
export function writeTail(state: ChatWriteState, tail: StreamTail): string {
  const done = encodeData("[DONE]");
  if (!state.includeUsage || state.head === null) return done;
  const usage = {
    ...renderUsage(tail.usage, tail.usageForm === "openai-chat" ? tail.usageSource : null),
    signalbox: renderNote(tail.note, tail.usage),
  };
  return encodeData(JSON.stringify({ ...headOf(state.head), choices: [], usage })) + done;
}

// A field is left out by setting it to undefined, which JSON.stringify skips: deleting it would make the object slow to write.

function renderChoice(delta: NeutralDelta): JsonObject {
  return {
    ...delta.source,
    index: delta.choice,
    delta: renderDelta(delta),
    logprobs: delta.source["logprobs"] ?? null,
    finish_reason: delta.finish,
    message: undefined,
    usage: undefined,
  };
}

function renderDelta(delta: NeutralDelta): JsonObject {
  const raw = deltaOf(delta.source);
  const hasParts = Array.isArray(raw["content"]);
  return {
    // The role stands on the first chunk of a choice alone: SDKs that add deltas up would repeat it.
    ...raw,
    role: delta.first ? "assistant" : undefined,
    ...(hasParts ? besideText(delta) : undefined),
    ...(isObject(raw["function_call"]) ? { function_call: undefined } : undefined),
    tool_calls: delta.toolCalls.length > 0 ? delta.toolCalls.map(renderCall) : undefined,
  };
}

/** The parts of a content, where this format has a text alone. */
function besideText({ text, reasoning, extras }: NeutralDelta): JsonObject {
  const images = (extras ?? []).flatMap((extra) => {
    return extra.kind === "media" && extra.part.kind === "image" ? (renderImage(extra.part) ?? []) : [];
  });
  return {
    content: text,
    reasoning_content: reasoning ?? undefined,
    ...(images.length === 0 ? undefined : { images }),
  };
}

function renderCall(call: ToolCallDelta): JsonObject {
  const { id: _, type, function: called, custom, ...rest } = call.source;
  const isCustom = isObject(custom);
  const body = isCustom ? { ...custom } : { ...(isObject(called) ? called : {}), arguments: call.arguments };
  if (call.opens === null) {
    // Only the first piece of a call names it: SDKs that add deltas up would repeat the name.
    delete (body as Record<string, unknown>)["name"];
    return { ...rest, index: call.index, [isCustom ? "custom" : "function"]: body };
  }
  const { id, name } = call.opens;
  const kind = isCustom ? "custom" : "function";
  return { ...rest, index: call.index, id, type: type ?? kind, [kind]: { ...body, name } };
}
