import { isObject } from "../check/check-value.ts";
import { objectsOf } from "../check/field-value.ts";
import { notJson } from "../error/stream-failure.ts";
import type { WireEvent } from "../framing.ts";
import type { JsonObject } from "../neutral/source.ts";
import { advanced, ended, withProgress } from "../neutral/stream-progress.ts";
import { parseInBandError } from "./error.ts";
import {
  type Added,
  type BlockStep,
  continueBlock,
  type OpenBlock,
  startBlock,
  stopBlock,
} from "./read-block-event.ts";
import {
  afterStep,
  blank,
  chunkOf,
  emit,
  type MessageReadState,
  placeOf,
  spliced,
  type Step,
  tooManyBlocks,
  withBlock,
  withHead,
} from "./read-state.ts";
import { readStop, type StopReading } from "./stop-reason.ts";
import { mergedUsage, readUsage } from "./usage.ts";
import { parseJson } from "../check/parse-json.ts";

/** Blocks that are open at one time; the format has one. */
const OPEN_BLOCKS_MAX = 256;

/**
 * Reads one event. After the stream's end (`progress.end`) nothing more is read. Usage counts as reported once a `message_delta` brings
 * it: what `message_start` says of the output is what was generated before the first block.
 */
export function readEvent(state: MessageReadState, event: WireEvent): Step {
  if (state.progress.end.kind !== "open") return [state, []];
  if (event.data.trim() === "[DONE]") return readStopEvent(state);
  const parsed = parseJson(event.data);
  if (!isObject(parsed)) return [ended(state, notJson(state.options.provider)), []];
  const type = typeof parsed["type"] === "string" ? parsed["type"] : event.event;
  const body = parsed["type"] === type ? parsed : { ...parsed, type };
  if (type === "error" || isObject(body["error"])) {
    const error = parseInBandError({ ...body, type: "error" }, state.options);
    return error === null ? [state, []] : [ended(state, error), []];
  }
  switch (type) {
    case "message_start":
      return readStart(state, body);
    case "content_block_start":
    case "content_block_delta":
    case "content_block_stop":
      return readBlockEvent(withHead(state, {}), type, body);
    case "message_delta":
      return readMessageDelta(withHead(state, {}), body);
    case "message_stop":
      return readStopEvent(state);
    default: {
      // Pings, and events that nobody knows, for callers of the same form.
      const headed = withHead(state, {});
      return [headed, [chunkOf(headed, body, [])]];
    }
  }
}

/** The body is over. An answer that has its stop reason is complete, with or without `message_stop`. */
export function readEnd(state: MessageReadState): MessageReadState {
  if (state.progress.end.kind !== "open") return state;
  return withProgress(state, { end: { kind: state.progress.finish === null ? "truncated" : "done" } });
}

/** A host that starts its message again says nothing new; another message's start is a stream spliced into this one. */
function readStart(state: MessageReadState, body: JsonObject): Step {
  const message = isObject(body["message"]) ? body["message"] : {};
  const id = typeof message["id"] === "string" ? message["id"] : null;
  if (state.head !== null && (state.messageId !== null || state.hasDeltas)) {
    return state.messageId === null || id === null || id === state.messageId
      ? [state, []]
      : [ended(state, spliced(state)), []];
  }
  const whole = typeof message["stop_reason"] === "string" ? message : null;
  const headed = { ...withHead({ ...state, head: null }, message), messageId: id, whole };
  const usage = mergedUsage(state.usage, message["usage"]);
  const promptUsage = readUsage(usage);
  const progressed = promptUsage === null ? headed : withProgress(headed, { promptUsage });
  let next: MessageReadState = { ...progressed, usage };
  const content = objectsOf(message["content"]);
  const added: Added[] = [{}];
  for (const block of content) {
    const step = startBlock(block, placeOf(next));
    if (step.added !== null) added.push(step.added);
    const rest = step.open === null ? null : stopBlock(step.open);
    if (rest !== null) added.push(rest);
    next = afterStep(next, step);
  }
  return emit(next, body, added);
}

function readBlockEvent(state: MessageReadState, type: string, body: JsonObject): Step {
  const index = typeof body["index"] === "number" ? body["index"] : 0;
  const before = state.blocks.get(index);
  if (type === "content_block_stop") {
    const added = before === undefined ? null : stopBlock(before);
    return emit(withBlock(state, index, null), body, added === null ? [] : [added]);
  }
  const step = type === "content_block_start" ? started(state, body) : continued(before, body);
  if (step.open !== before && step.open !== null && before === undefined && state.blocks.size >= OPEN_BLOCKS_MAX) {
    return [ended(state, tooManyBlocks(state)), []];
  }
  const next = step.open === before ? state : withBlock(state, index, step.open);
  return emit(afterStep(next, step), body, step.added === null ? [] : [step.added]);
}

function started(state: MessageReadState, body: JsonObject): BlockStep {
  return startBlock(isObject(body["content_block"]) ? body["content_block"] : {}, placeOf(state));
}

/** A piece of a block that never began is text or thinking of hosts that leave the beginning out. */
function continued(open: OpenBlock | undefined, body: JsonObject): BlockStep {
  const delta = isObject(body["delta"]) ? body["delta"] : {};
  if (open !== undefined) return continueBlock(open, delta);
  if (delta["type"] === "text_delta") return continueBlock({ kind: "text" }, delta);
  if (delta["type"] === "thinking_delta") return continueBlock({ kind: "thinking", signature: "" }, delta);
  return { open: null, added: null };
}

function readMessageDelta(before: MessageReadState, body: JsonObject): Step {
  const usage = mergedUsage(before.usage, body["usage"]);
  const told = isObject(body["usage"]) ? readUsage(usage) : null;
  const state = told === null ? before : withProgress({ ...before, usage }, { usage: told, usageSource: usage });
  const delta = isObject(body["delta"]) ? body["delta"] : {};
  const ending = state.progress.finish === null ? readStop(delta, state.calls > 0) : null;
  return ending === null ? emit(state, body, []) : finish(state, body, ending);
}

/**
 * An answer without a stop reason ends as its message said at the start, or else as its content says; a stream that never had any content
 * or reason is no answer.
 */
function readStopEvent(before: MessageReadState): Step {
  if (before.progress.finish !== null) return [withProgress(before, { end: { kind: "done" } }), []];
  if (!before.hasDeltas) return [withProgress(before, { end: { kind: "truncated" } }), []];
  const state = before.whole === null ? before : withTotals(before);
  const reason = state.calls > 0 ? "tool_use" : "end_turn";
  const ending = readStop(state.whole ?? {}, state.calls > 0) ?? readStop({ stop_reason: reason }, false)!;
  const [next, chunks] = finish(state, {}, ending);
  return [withProgress(next, { end: { kind: "done" } }), chunks];
}

/** What a message that was whole at its start says of its usage is all of it. */
function withTotals(state: MessageReadState): MessageReadState {
  const told = state.progress.usage === null ? readUsage(state.usage) : null;
  return told === null ? state : withProgress(state, { usage: told, usageSource: state.usage });
}

/** The answer's end. Blocks that the host did not stop stop here. */
function finish(state: MessageReadState, body: JsonObject, ending: StopReading): Step {
  const rest = [...state.blocks.values()].flatMap((open) => stopBlock(open) ?? []);
  const [next, chunks] = emit({ ...state, blocks: NO_BLOCKS }, {}, rest);
  const isAnswer = ending.finish === "tool_calls" && next.calls === 0 && next.isAnswer;
  const end = { ...blank(next), finish: isAnswer ? "stop" : ending.finish, stop: ending.stop } as const;
  const last = { ...withProgress(next, advanced(next.progress, [end])), hasDeltas: true };
  return [last, [...(rest.length === 0 ? [] : chunks), chunkOf(last, body, [end])]];
}

const NO_BLOCKS: ReadonlyMap<number, OpenBlock> = new Map();
