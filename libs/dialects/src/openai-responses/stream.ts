import { SignalboxError } from "@signalbox/proto";
import { isObject } from "../check/check-value.ts";
import type { ReadStreamOptions } from "../egress-codec.ts";
import { notJson } from "../error/stream-failure.ts";
import type { WireEvent } from "../framing.ts";
import { deltasOfChoice } from "../neutral/response-chunks.ts";
import type { JsonObject } from "../neutral/source.ts";
import type { NeutralDelta } from "../neutral/stream-event.ts";
import { ended, NO_PROGRESS, withProgress } from "../neutral/stream-progress.ts";
import { readFailure } from "./error.ts";
import { readFinish } from "./finish-reason.ts";
import { choiceOf, headOf } from "./parse-response.ts";
import { given, type ResponsesReadState, type Step } from "./read-state.ts";
import { READERS } from "./read-event.ts";
import { untoldDeltas } from "./untold-output.ts";
import { usageOfResponse } from "./usage.ts";
import { parseJson } from "../check/parse-json.ts";

/** More items than any answer has. */
const ITEMS_MAX = 4096;

export function startReading(options: ReadStreamOptions): ResponsesReadState {
  return { options, progress: NO_PROGRESS, head: null, items: new Map(), calls: 0, started: false };
}

/** Reads one event. After the stream's end (`progress.end`) nothing more is read. */
export function readEvent(state: ResponsesReadState, event: WireEvent): Step {
  if (state.progress.end.kind !== "open") return [state, []];
  // No part of the format; some hosts end every stream with it.
  if (event.data.trim() === "[DONE]") return [state, []];
  if (state.items.size > ITEMS_MAX) return [ended(state, tooManyItems(state.options.provider)), []];
  const body = parseJson(event.data);
  if (!isObject(body)) return [ended(state, notJson(state.options.provider)), []];
  const type = typeof body["type"] === "string" ? body["type"] : event.event;
  switch (type) {
    case "error":
    case "response.error":
      return [ended(state, readFailure(body, state.options)), []];
    case "response.failed":
    case "response.cancelled":
      return [readFailed(state, body), []];
    case "response.completed":
    case "response.incomplete":
      return readLast(state, body);
    case "response.done":
      // xAI's other word for the same.
      return readLast(state, { ...body, type: "response.completed" });
    case "response.created":
    case "response.queued":
    case "response.in_progress":
      return given(withHead(state, body["response"]), body, []);
    default:
      // A step of the response may fail, such as a call of a tool that the provider runs, and the response go on.
      if (isObject(body["error"]) && !type.startsWith("response."))
        return [ended(state, readFailure(body, state.options)), []];
      return READERS.get(type)?.(state, body) ?? given(state, body, []);
  }
}

/** The body is over. Only the last event says that an answer is complete. */
export function readEnd(state: ResponsesReadState): ResponsesReadState {
  return state.progress.end.kind === "open" ? withProgress(state, { end: { kind: "truncated" } }) : state;
}

function readLast(before: ResponsesReadState, body: JsonObject): Step {
  const response = isObject(body["response"]) ? body["response"] : {};
  const state = withUsage(withHead(before, response), response);
  const status = body["type"] === "response.incomplete" ? "incomplete" : response["status"];
  const final = { ...response, status };
  const isSilent = state.items.size === 0 && !state.started && Array.isArray(response["output"]);
  const deltas = isSilent
    ? deltasOfChoice(choiceOf(final, response["output"] as readonly unknown[], state.options.defaults.id))
    : endOf(state, final);
  const [next, chunks] = given(state, body, deltas);
  return [withProgress(next, { end: { kind: "done" } }), chunks];
}

/** What no event has said of the output, and the end. */
function endOf(state: ResponsesReadState, final: JsonObject): readonly Partial<NeutralDelta>[] {
  const untold = untoldDeltas(state, final["output"]);
  const calls = untold.some(({ toolCalls }) => toolCalls.length > 0);
  return [...untold, readFinish(final, state.calls > 0 || calls)];
}

function readFailed(before: ResponsesReadState, body: JsonObject): ResponsesReadState {
  const response = isObject(body["response"]) ? body["response"] : body;
  const state = withUsage(withHead(before, response), response);
  return ended(state, readFailure(response, state.options));
}

function withHead(state: ResponsesReadState, response: unknown): ResponsesReadState {
  if (state.head !== null || !isObject(response)) return state;
  return { ...state, head: headOf(response, state.options.defaults) };
}

function withUsage(state: ResponsesReadState, response: JsonObject): ResponsesReadState {
  const usage = usageOfResponse(response, state.items.values());
  if (usage === null) return state;
  return withProgress(state, { usage, usageSource: response["usage"] as JsonObject });
}

function tooManyItems(provider: string): SignalboxError {
  return new SignalboxError("upstream-error", "The provider's answer has too many items.", { details: { provider } });
}
