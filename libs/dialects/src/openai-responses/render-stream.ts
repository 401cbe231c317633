import { plainText } from "../check/plain-value.ts";
import type { StreamTail, WriteState, WriteStreamOptions } from "../ingress-codec.ts";
import { renderNote } from "../neutral/answer-note.ts";
import { NO_LOSSES } from "../neutral/loss.ts";
import type { JsonObject } from "../neutral/source.ts";
import type { NeutralChunk } from "../neutral/stream-event.ts";
import { encodeEvent } from "../sse/encode.ts";
import { AnswerDraft } from "./answer-draft.ts";
import { placeAmong } from "./item-place.ts";
import { renderUsage } from "./usage.ts";

/** What is known of a caller's stream between two frames. Either the provider's own events travel, or a draft makes them. */
export type ResponsesWriteState = WriteState & {
  readonly echo: JsonObject;
  /** Of an answer from another wire; null: the provider's own. */
  readonly answerId: string | null;
  /** How many events of this form have been given out. */
  readonly sequence: number;
  /** The provider's last event, which waits for the usage. */
  readonly last: JsonObject | null;
  /** Items that have ended, by their place: some hosts leave the output of the last event empty. */
  readonly items: ReadonlyMap<number, unknown>;
  readonly draft: AnswerDraft | null;
};

export function startWriting(options: WriteStreamOptions): ResponsesWriteState {
  const { echo = {}, answerId = null } = options;
  return { echo, answerId, sequence: 0, last: null, items: NO_ITEMS, draft: null, losses: NO_LOSSES };
}

const NO_ITEMS: ReadonlyMap<number, unknown> = new Map();

/** One event as the caller gets it; a provider's of this form keeps its own fields. */
export function writeChunk(state: ResponsesWriteState, chunk: NeutralChunk): readonly [ResponsesWriteState, string] {
  const { dialect, body } = chunk.source;
  const isOwn = dialect === "openai-responses" && typeof body["type"] === "string";
  if (isOwn && state.draft === null) return writeOwn(state, body);
  const draft = state.draft?.fork() ?? AnswerDraft.begin({ ...chunk, id: state.answerId ?? chunk.id }, state.echo);
  for (const delta of chunk.deltas) draft.add(delta);
  const frames = encodeAll(draft.take());
  return [{ ...state, draft, losses: draft.losses }, frames];
}

function writeOwn(state: ResponsesWriteState, body: JsonObject): readonly [ResponsesWriteState, string] {
  const { type } = body;
  // Not every host numbers its events, as the format has it.
  const event = typeof body["sequence_number"] === "number" ? body : { ...body, sequence_number: state.sequence };
  const next = { ...state, sequence: (event["sequence_number"] as number) + 1 };
  if (type === "response.completed" || type === "response.incomplete") return [{ ...next, last: event }, ""];
  if (type !== "response.output_item.done") return [next, encode(event)];
  const items = new Map(next.items).set(placeAmong(next.items, body), body["item"]);
  return [{ ...next, items }, encode(event)];
}

/** What a complete answer still owes the caller: its last event, with the whole response and its usage. */
export function writeTail(state: ResponsesWriteState, tail: StreamTail): string {
  const { last } = state;
  const draft = state.draft?.fork() ?? null;
  const note = renderNote(tail.note, tail.usage);
  const source = tail.usageForm === "openai-responses" ? tail.usageSource : null;
  const usage = { ...renderUsage(tail.usage, source), signalbox: note };
  if (draft !== null) {
    draft.finish(usage);
    return encodeAll(draft.take());
  }
  if (last === null) return "";
  const response = last["response"] as JsonObject;
  return encode({ ...last, response: { ...response, output: outputOf(response, state.items), usage } });
}

/** SDKs give their callers the output of the last event, whatever came before it. */
function outputOf({ output }: JsonObject, items: ResponsesWriteState["items"]): readonly unknown[] {
  if (Array.isArray(output) && output.length > 0) return output;
  return [...items].toSorted(([a], [b]) => a - b).map(([, item]) => item);
}

export function encodeAll(events: readonly JsonObject[]): string {
  let frames = "";
  for (const event of events) frames += encode(event);
  return frames;
}

function encode(event: JsonObject): string {
  return encodeEvent({ event: plainText(event["type"]), data: JSON.stringify(event) });
}
