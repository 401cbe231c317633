import { isObject } from "../check/check-value.ts";
import type { ReadState, ReadStreamOptions } from "../egress-codec.ts";
import { failedBy, notJson } from "../error/stream-failure.ts";
import type { WireEvent } from "../framing.ts";
import type { FinishReason } from "../neutral/response.ts";
import type { JsonObject } from "../neutral/source.ts";
import { BLANK_DELTA, type NeutralChunk, type NeutralDelta } from "../neutral/stream-event.ts";
import { advanced, ended, NO_PROGRESS, withProgress } from "../neutral/stream-progress.ts";
import { parseException } from "./error.ts";
import { signerOf } from "./model-family.ts";
import { noBlocks, type OpenBlocks, readBlockEvent } from "./stream-block.ts";
import { readFinish, sequenceOf } from "./stop-reason.ts";
import { readUsage } from "./usage.ts";
import { parseJson } from "../check/parse-json.ts";

/** What is known of a provider's stream between two events. */
export type ConverseReadState = ReadState & {
  readonly blocks: OpenBlocks;
  readonly begun: boolean;
  readonly finish: FinishReason | null;
};

export function startReading(options: ReadStreamOptions): ConverseReadState {
  return {
    options,
    progress: NO_PROGRESS,
    blocks: noBlocks(signerOf(options.defaults.model)),
    begun: false,
    finish: null,
  };
}

type Step = readonly [ConverseReadState, readonly NeutralChunk[]];

/** Reads one event. After the stream's end (`progress.end`) nothing more is read. */
export function readEvent(state: ConverseReadState, event: WireEvent): Step {
  if (state.progress.end.kind !== "open") return [state, []];
  const { provider } = state.options;
  const error = parseException(event, state.options);
  if (error !== null) return [ended(state, error), []];
  const body = parseJson(event.data);
  if (!isObject(body)) return [ended(state, notJson(provider)), []];
  switch (event.event) {
    case "messageStart":
      return state.begun ? [state, []] : told({ ...state, begun: true }, body, { first: true });
    case "contentBlockStart":
    case "contentBlockDelta":
    case "contentBlockStop": {
      if (state.finish !== null) return [state, []];
      const { blocks, delta } = readBlockEvent(state.blocks, event.event, body);
      const next = { ...state, blocks };
      return delta === null ? [next, []] : told({ ...next, begun: true }, body, { ...delta, first: !state.begun });
    }
    case "messageStop":
      return readStop(state, body);
    case "metadata":
      return [withUsage(state, body), []];
    default:
      // An event of tomorrow says nothing that could be told today.
      return [state, []];
  }
}

/** The body is over, which is all that ends a stream of this wire: usage comes after the answer's own end. */
export function readEnd(state: ConverseReadState): ConverseReadState {
  if (state.progress.end.kind !== "open") return state;
  return withProgress(state, { end: { kind: state.finish === null ? "truncated" : "done" } });
}

function readStop(state: ConverseReadState, body: JsonObject): Step {
  if (state.finish !== null) return [state, []];
  const hasCalls = state.blocks.calls > 0;
  const finish = readFinish(body["stopReason"], hasCalls, sequenceOf(body["additionalModelResponseFields"]));
  if (finish.kind === "failure") return [ended(state, failedBy(finish.reason, state.options.provider)), []];
  const { reason, stop } = finish;
  const delta = { finish: reason, ...(stop === undefined ? {} : { stop }), first: !state.begun };
  return told({ ...state, begun: true, finish: reason }, body, delta);
}

function told(state: ConverseReadState, body: JsonObject, change: Partial<NeutralDelta> & { first: boolean }): Step {
  const delta: NeutralDelta = { choice: 0, ...BLANK_DELTA, ...change };
  const source = { dialect: "bedrock-converse", body } as const;
  const chunk = { source, ...state.options.defaults, deltas: [delta] };
  return [{ ...state, progress: advanced(state.progress, chunk.deltas) }, [chunk]];
}

function withUsage(state: ConverseReadState, body: JsonObject): ConverseReadState {
  const source = body["usage"];
  const usage = readUsage(source, body["serviceTier"]);
  return usage === null || !isObject(source) ? state : withProgress(state, { usage, usageSource: source });
}
