import { isObject } from "../check/check-value.ts";
import type { ReadState, ReadStreamOptions } from "../egress-codec.ts";
import { notJson } from "../error/stream-failure.ts";
import type { WireEvent } from "../framing.ts";
import type { AnswerDefaults } from "../neutral/response.ts";
import type { JsonObject } from "../neutral/source.ts";
import { BLANK_DELTA, type DeltaExtra, type NeutralChunk, type NeutralDelta } from "../neutral/stream-event.ts";
import { advanced, ended, NO_PROGRESS, withProgress } from "../neutral/stream-progress.ts";
import { argumentsText, mintedCallId } from "../neutral/tool-call-text.ts";
import { NO_TEXT, placesAfter, readCitation, unitsAt, type WidePlaces } from "./citations.ts";
import { failureOf, noMessage } from "./error.ts";
import { readFinish } from "./finish-reason.ts";
import { readLogprobs } from "./logprobs.ts";
import { objectText } from "./parse-response.ts";
import { readUsage } from "./usage.ts";
import { parseJson } from "../check/parse-json.ts";

/** What is known of a provider's stream between two events. */
export type CohereReadState = ReadState & {
  readonly head: AnswerDefaults;
  /** Whether a chunk of the answer has been given out. */
  readonly started: boolean;
  /** A block has been opened, and nothing of it has come yet. */
  readonly opening: boolean;
  /** Of the block of text that is open. */
  readonly text: WidePlaces;
  /** What Cohere numbers each call as, in the order in which they came. */
  readonly calls: readonly unknown[];
  /** Whether the last call has any arguments. */
  readonly hasArguments: boolean;
};

export function startReading(options: ReadStreamOptions): CohereReadState {
  const head = options.defaults;
  return {
    options,
    progress: NO_PROGRESS,
    head,
    started: false,
    opening: false,
    text: NO_TEXT,
    calls: [],
    hasArguments: false,
  };
}

type Step = readonly [CohereReadState, readonly NeutralChunk[]];

/** Reads one event of https://docs.cohere.com/docs/streaming; `type` in its data says what it is. */
export function readEvent(state: CohereReadState, event: WireEvent): Step {
  if (state.progress.end.kind !== "open") return [state, []];
  if (event.data.trim() === "[DONE]") return [readEnd(state), []];
  const body = parseJson(event.data);
  if (!isObject(body)) return [ended(state, notJson(state.options.provider)), []];
  const { type } = body;
  const delta = isObject(body["delta"]) ? body["delta"] : {};
  const message = isObject(delta["message"]) ? delta["message"] : {};
  switch (type) {
    case "message-start":
      return [withHead(state, body), []];
    case "content-start":
      return readContent({ ...state, opening: true, text: NO_TEXT }, { body, delta, message });
    case "content-delta":
      return readContent(state, { body, delta, message });
    case "tool-plan-delta":
      return readPlan(state, { body, delta, message });
    case "citation-start":
      return readCited(state, { body, delta, message });
    case "tool-call-end":
      return readCallEnd(state, { body, delta, message });
    case "tool-call-start":
    case "tool-call-delta":
      return readCall(state, { body, delta, message });
    case "error":
      return [ended(state, noMessage(body, state.options)), []];
    case "message-end":
      return readMessageEnd(state, { body, delta, message });
    default:
      // The ends of blocks, and events that nobody knows yet.
      return typeof type === "string" ? [state, []] : [ended(state, noMessage(body, state.options)), []];
  }
}

/** The body is over. Only `message-end` ends an answer. */
export function readEnd(state: CohereReadState): CohereReadState {
  return state.progress.end.kind === "open" ? withProgress(state, { end: { kind: "truncated" } }) : state;
}

type Read = { readonly body: JsonObject; readonly delta: JsonObject; readonly message: JsonObject };

function readContent(state: CohereReadState, read: Read): Step {
  const content = isObject(read.message["content"]) ? read.message["content"] : {};
  const { text, thinking } = content;
  const logprobs = readLogprobs(read.delta["logprobs"] ?? read.body["logprobs"]);
  const extras: DeltaExtra[] = logprobs === null ? [] : [{ kind: "logprobs", logprobs }];
  if (typeof thinking === "string" && thinking !== "") return piece(state, read, { reasoning: thinking, extras });
  if (typeof text !== "string" || text === "")
    return extras.length === 0 ? [state, []] : piece(state, read, { extras });
  return piece({ ...state, text: placesAfter(state.text, text) }, read, { text, extras });
}

function readPlan(state: CohereReadState, read: Read): Step {
  const plan = read.message["tool_plan"];
  return typeof plan === "string" && plan !== "" ? piece(state, read, { reasoning: plan }) : [state, []];
}

function readCited(state: CohereReadState, read: Read): Step {
  const citation = read.message["citations"];
  if (!isObject(citation)) return [state, []];
  const { annotations, other } = readCitation(citation, (codePoints) => unitsAt(state.text, codePoints));
  const extras: DeltaExtra[] = annotations.map((annotation) => ({ kind: "annotation", annotation }));
  if (other !== null) extras.push({ kind: "other", part: other });
  return piece(state, read, { extras });
}

function readCall(state: CohereReadState, read: Read): Step {
  const call = isObject(read.message["tool_calls"]) ? read.message["tool_calls"] : {};
  const called = isObject(call["function"]) ? call["function"] : {};
  const text = objectText(argumentsText(called["arguments"]));
  const upstream = read.body["index"];
  if (read.body["type"] === "tool-call-delta") {
    const found = upstream === undefined ? state.calls.length - 1 : state.calls.lastIndexOf(upstream);
    if (found === -1 || text === "") return [state, []];
    const said = state.hasArguments ? state : { ...state, hasArguments: true };
    return piece(said, read, { toolCalls: [{ index: found, opens: null, arguments: text, source: {} }] });
  }
  const index = state.calls.length;
  const { id } = call;
  const opens = {
    id: typeof id === "string" && id !== "" ? id : mintedCallId(state.options.defaults.id, index),
    name: typeof called["name"] === "string" ? called["name"] : "",
  };
  const next = { ...state, calls: [...state.calls, upstream], hasArguments: text !== "" };
  return piece(next, read, { toolCalls: [{ index, opens, arguments: text, source: {} }] });
}

/** A call without arguments streams none, where others say `{}`. */
function readCallEnd(state: CohereReadState, read: Read): Step {
  const index = state.calls.length - 1;
  if (index === -1 || state.hasArguments) return [state, []];
  const call = { index, opens: null, arguments: "{}", source: {} };
  return piece({ ...state, hasArguments: true }, read, { toolCalls: [call] });
}

function readMessageEnd(state: CohereReadState, read: Read): Step {
  const usageSource = isObject(read.delta["usage"]) ? read.delta["usage"] : null;
  const usage = readUsage(usageSource);
  const counted = usage === null ? state : withProgress(state, { usage, usageSource });
  const finish = readFinish(read.delta["finish_reason"], state.calls.length > 0);
  if (finish.kind === "failure") {
    return [ended(counted, failureOf(finish.reason, read.delta["error"], state.options)), []];
  }
  const stop = finish.stop === undefined ? {} : { stop: finish.stop };
  const [last, chunks] = piece({ ...counted, opening: false }, read, { finish: finish.reason, ...stop });
  return [withProgress(last, { end: { kind: "done" } }), chunks];
}

const NEW_PART: DeltaExtra = { kind: "new-part" };

function piece(state: CohereReadState, { body }: Read, content: Partial<NeutralDelta>): Step {
  const extras = [...(state.opening ? [NEW_PART] : []), ...(content.extras ?? [])];
  const { extras: _, ...rest } = content;
  const delta: NeutralDelta = {
    ...BLANK_DELTA,
    choice: 0,
    first: !state.started,
    ...rest,
    ...(extras.length === 0 ? {} : { extras }),
  };
  const progress = advanced(state.progress, [delta]);
  const chunk = { source: { dialect: "cohere-v2", body }, ...state.head, deltas: [delta] } as const;
  return [{ ...state, started: true, opening: false, progress }, [chunk]];
}

function withHead(state: CohereReadState, { id }: JsonObject): CohereReadState {
  return typeof id === "string" && id !== "" ? { ...state, head: { ...state.head, id } } : state;
}
