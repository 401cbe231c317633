import { isObject } from "../check/check-value.ts";
import { objectsOf } from "../check/field-value.ts";
import type { ReadState, ReadStreamOptions } from "../egress-codec.ts";
import { failedBy, notJson } from "../error/stream-failure.ts";
import type { WireEvent } from "../framing.ts";
import type { AnswerDefaults } from "../neutral/response.ts";
import type { JsonObject } from "../neutral/source.ts";
import { BLANK_DELTA, type NeutralChunk, type NeutralDelta } from "../neutral/stream-event.ts";
import { advanced, ended, NO_PROGRESS, withProgress } from "../neutral/stream-progress.ts";
import { readBlock } from "./block.ts";
import { withinDepth } from "./depth.ts";
import { parseInBandError } from "./error.ts";
import { type CandidateState, endOfStop, NEW_CANDIDATE, readCandidate } from "./read-candidate.ts";
import { headOf } from "./response-head.ts";
import { type Grounding, groundingOf, groundingTerms, joinedGrounding, NO_GROUNDING } from "./grounding-usage.ts";
import { readUsage } from "./usage.ts";
import { parseJson } from "../check/parse-json.ts";

/** What is known of a provider's stream between two events. */
export type GeminiReadState = ReadState & {
  /** Set by the first event and the same for all that follow. */
  readonly head: AnswerDefaults | null;
  readonly choices: ReadonlyMap<number, CandidateState>;
  /** Whether the prompt was blocked: then there is one choice, however many were asked for. */
  readonly blocked: boolean;
  /** What the provider has grounded it in so far. */
  readonly grounding: Grounding;
};

export function startReading(options: ReadStreamOptions): GeminiReadState {
  return { options, progress: NO_PROGRESS, head: null, choices: new Map(), blocked: false, grounding: NO_GROUNDING };
}

type Step = readonly [GeminiReadState, readonly NeutralChunk[]];

/** Reads one event, each of which is an answer in itself. After the stream's end (`progress.end`) nothing more is read. */
export function readEvent(state: GeminiReadState, event: WireEvent): Step {
  if (state.progress.end.kind !== "open" || event.data.trim() === "[DONE]") return [state, []];
  const body = parseJson(event.data);
  if (!isObject(body)) return [ended(state, notJson(state.options.provider)), []];
  const error = parseInBandError(body, state.options);
  const counted = withUsage(state, body);
  return error === null ? readAnswer(withHead(counted, body), body) : [ended(counted, error), []];
}

/** The body is over, which is all that ends a stream of this wire. An answer whose choices have all ended is complete. */
export function readEnd(state: GeminiReadState): GeminiReadState {
  if (state.progress.end.kind !== "open") return state;
  const ends = [...state.choices.values()].flatMap((choice) => choice.finish ?? endOfStop(choice) ?? []);
  const asked = state.blocked ? 1 : state.options.choices;
  const isWhole = ends.length > 0 && ends.length >= Math.max(state.choices.size, asked);
  const finish = state.progress.finish ?? ends[0] ?? null;
  return withProgress(state, { end: { kind: isWhole ? "done" : "truncated" }, finish });
}

/** The ends of choices that said STOP, as they do before their end, too. */
export function lastChunks(state: GeminiReadState): readonly NeutralChunk[] {
  if (state.progress.end.kind !== "open") return [];
  const deltas = [...state.choices].flatMap(([choice, candidate]) => {
    const finish = endOfStop(candidate);
    return finish === null ? [] : [{ ...BLANK_DELTA, choice, first: false, finish }];
  });
  return deltas.length === 0
    ? []
    : chunksOf(
        state,
        NO_BODY,
        deltas.map((delta) => [delta]),
      );
}

function readAnswer(state: GeminiReadState, body: JsonObject): Step {
  const raw = objectsOf(body["candidates"]);
  if (raw.length === 0) return readBlocked(state, body);
  const choices = new Map(state.choices);
  const columns: (readonly NeutralDelta[])[] = [];
  for (const [position, candidate] of raw.entries()) {
    const index = typeof candidate["index"] === "number" ? candidate["index"] : position;
    const before = choices.get(index);
    // What comes after the end of a choice and is no content, such as its sources, is for callers of this form alone.
    if (before !== undefined && before.finish !== null && !hasParts(candidate)) continue;
    const from = { index, first: before === undefined, seed: state.head?.id ?? "" };
    const reading = withinDepth(
      () => readCandidate(before ?? NEW_CANDIDATE, candidate, from),
      () => notJson(state.options.provider),
    );
    if (reading.kind === "failure") return [ended(state, failedBy(reading.reason, state.options.provider)), []];
    choices.set(index, reading.state);
    columns.push(reading.deltas);
  }
  return [{ ...state, choices, progress: advanced(state.progress, columns.flat()) }, chunksOf(state, body, columns)];
}

function hasParts({ content }: JsonObject): boolean {
  return isObject(content) && Array.isArray(content["parts"]) && content["parts"].length > 0;
}

function readBlocked(state: GeminiReadState, body: JsonObject): Step {
  const block = readBlock(body);
  if (block === null || state.choices.size > 0) return [state, chunksOf(state, body, [])];
  const { parts, finish, stop } = block;
  const refusal = parts.map((part) => (part.kind === "refusal" ? part.text : "")).join("");
  const delta: NeutralDelta = {
    choice: 0,
    first: true,
    ...BLANK_DELTA,
    refusal,
    finish,
    ...(stop === undefined ? {} : { stop }),
  };
  const choices = new Map([[0, { ...NEW_CANDIDATE, finish }]]);
  return [
    { ...state, choices, blocked: true, progress: advanced(state.progress, [delta]) },
    chunksOf(state, body, [[delta]]),
  ];
}

/** The event stands on the first of its chunks alone: the others have an empty body, of which callers of this form are told nothing. */
function chunksOf(
  state: GeminiReadState,
  body: JsonObject,
  columns: readonly (readonly NeutralDelta[])[],
): NeutralChunk[] {
  const rows = Math.max(1, ...columns.map((column) => column.length));
  return Array.from({ length: rows }, (_, row) => ({
    source: { dialect: "gemini", body: row === 0 ? body : NO_BODY },
    ...state.head!,
    deltas: columns.flatMap((column) => column[row] ?? []),
  }));
}

const NO_BODY: JsonObject = {};

function withHead(state: GeminiReadState, body: JsonObject): GeminiReadState {
  return state.head === null ? { ...state, head: headOf(body, state.options.defaults) } : state;
}

function withUsage(state: GeminiReadState, body: JsonObject): GeminiReadState {
  const source = body["usageMetadata"];
  const grounding = joinedGrounding(state.grounding, groundingOf(body));
  const told = readUsage(source);
  const usage = told ?? state.progress.usage;
  if (told === null && grounding === state.grounding) return state;
  if (usage === null) return { ...state, grounding };
  const usageSource = told !== null && isObject(source) ? source : state.progress.usageSource;
  return withProgress({ ...state, grounding }, { usage: { ...usage, ...groundingTerms(grounding) }, usageSource });
}
