import type { ReadState, ReadStreamOptions } from "../egress-codec.ts";
import { CHOICES_MAX, tooManyChoices } from "../neutral/answer-limits.ts";
import type { JsonObject } from "../neutral/source.ts";
import type { AnswerDefaults, FinishReason } from "../neutral/response.ts";
import { BLANK_DELTA, type DeltaExtra, type NeutralChunk, type NeutralDelta } from "../neutral/stream-event.ts";
import { advanced, ended, NO_PROGRESS, type StreamProgress, withProgress } from "../neutral/stream-progress.ts";
import type { WireEvent } from "../framing.ts";
import { isObject } from "../check/check-value.ts";
import { objectsOf } from "../check/field-value.ts";
import { readBeforeHead } from "./before-head.ts";
import { type AudioPieces, wholeAudio, withAudio } from "./audio-pieces.ts";
import { readContent, saysPlainly } from "./content.ts";
import { deltaOf, readExtras } from "./delta.ts";
import { failedChoice, parseInBandError } from "./error.ts";
import { readFinish } from "./finish-reason.ts";
import { callsOf } from "./legacy-calls.ts";
import { readSearchResults } from "./search-results.ts";
import { notJson } from "../error/stream-failure.ts";
import { namelessCalls, type OpenCall, placeCalls } from "./tool-call-index.ts";
import { thinkTagsOf, untaggedPiece } from "./tagged-thoughts.ts";
import { startThinking, type ThinkState, type ThinkTags } from "./think-tags.ts";
import { usageOf, usageOfBody } from "./usage.ts";
import { parseJson } from "../check/parse-json.ts";

type ChoiceState = {
  readonly finish: FinishReason | null;
  readonly calls: readonly OpenCall[];
  /** Its reasoning comes in a field of its own, so the text of its details is a repetition. */
  readonly plain: boolean;
  /** Whether its text has been given what it cites. */
  readonly cited: boolean;
  readonly audio?: AudioPieces;
  /** Of a host that leaves reasoning in its text. */
  readonly thinking?: ThinkState;
};

/** What is known of a provider's stream between two events. */
export type ChatReadState = ReadState & {
  /** Set by the first chunk and the same for all that follow. */
  readonly head: AnswerDefaults | null;
  /** What came before that, for the chunk that has it. */
  readonly before: JsonObject | null;
  readonly choices: ReadonlyMap<number, ChoiceState>;
  /** Where the host leaves reasoning in its text; null: nowhere. */
  readonly tags: ThinkTags | null;
};

export function startReading(options: ReadStreamOptions): ChatReadState {
  return { options, progress: NO_PROGRESS, head: null, before: null, choices: new Map(), tags: thinkTagsOf(options) };
}

type Step = readonly [ChatReadState, readonly NeutralChunk[]];

/** Reads one event. After the stream's end (`progress.end`) nothing more is read. Throws `upstream-error` for too many choices or calls. */
export function readEvent(state: ChatReadState, event: WireEvent): Step {
  if (state.progress.end.kind !== "open") return [state, []];
  const data = event.data.trim();
  if (data === "[DONE]") return readDone(state);
  // Some hosts keep the connection by it.
  if (data === "") return [state, []];
  const body = parseJson(event.data);
  if (!isObject(body)) return [ended(state, notJson(state.options.provider)), []];
  const error = parseInBandError(event.event === "error" ? { error: body, ...body } : body, state.options);
  if (error !== null) return [ended(withUsage(state, body), error), []];
  return state.head === null ? readFirst(state, body) : readChunk(state, body);
}

function readFirst(state: ChatReadState, body: JsonObject): Step {
  const early = readBeforeHead(body);
  if (early !== null) return [{ ...state, before: { ...state.before, ...early } }, []];
  return readChunk({ ...state, before: null }, state.before === null ? body : { ...state.before, ...body });
}

/** The body is over. An answer whose choices have all ended is complete, with or without `[DONE]`. */
export function readEnd(state: ChatReadState): ChatReadState {
  if (state.progress.end.kind !== "open") return state;
  const finished = [...state.choices.values()].filter((choice) => choice.finish !== null).length;
  const isWhole = finished > 0 && finished >= Math.max(state.choices.size, state.options.choices);
  return withProgress(state, { end: { kind: isWhole ? "done" : "truncated" } });
}

/** `[DONE]` ends choices that were given no finish reason, as some hosts do; a stream that never had a choice is no answer. */
function readDone(state: ChatReadState): Step {
  const open = [...state.choices].filter(([, choice]) => choice.finish === null);
  const end = { kind: state.choices.size === 0 ? "truncated" : "done" } as const;
  if (open.length === 0) return [withProgress(state, { end }), []];
  const choices = open.map(([index, { calls }]) => {
    return { index, delta: {}, finish_reason: calls.length > 0 ? "tool_calls" : "stop" };
  });
  const [next, chunks] = readChunk(state, { choices });
  return [withProgress(next, { end }), chunks];
}

function readChunk(before: ChatReadState, body: JsonObject): Step {
  const state = withUsage(withHead(before, body), body);
  const raw = objectsOf(body["choices"]);
  let { choices } = state;
  const deltas: NeutralDelta[] = [];
  for (const [position, source] of raw.entries()) {
    const index = typeof source["index"] === "number" ? source["index"] : position;
    const choice: ChoiceState | undefined = choices.get(index);
    if (choice !== undefined && choice.finish !== null && !goesOn(source, body)) {
      deltas.push(...lateFindings(index, source));
      continue;
    }
    const finish = readFinish(source["finish_reason"]);
    if (finish.kind === "failure") return [ended(state, failedChoice(source, finish.reason, state.options)), []];
    const reason = finish.kind === "finish" && !choice?.finish ? finish.reason : null;
    // MiniMax and Perplexity end a stream with the whole answer, which has been read in pieces by then.
    const isSummary = choice !== undefined && SUMMARIES.has(body["object"]);
    const whole = isSummary ? { ...source, message: undefined } : source;
    const [thinking, said] = tellApart(whole, { tags: state.tags, choice, isLast: reason !== null });
    const [read, calls] = readDelta({ state, index, choice, source: said, finish: reason });
    const next = stateAfter(choice, { said: deltaOf(said), read, calls, finish: reason, thinking });
    if (next !== choice) choices = new Map(choices).set(index, next);
    // Each choice copies those before it, so one event must not begin any number of them.
    if (choices.size > CHOICES_MAX) throw tooManyChoices();
    deltas.push(reason === null ? read : ending(read, next, body));
  }
  const next = { ...state, choices, progress: advance(state.progress, deltas) };
  const isEmpty = deltas.length === 0 && (raw.length > 0 || (usageOf(body) !== null && !saysMore(body)));
  return [next, isEmpty ? [] : [{ source: { dialect: "openai-chat", body }, ...next.head!, deltas }]];
}

/**
 * What comes of a choice that has ended. Some hosts send the last chunk twice, which says nothing; what Azure's asynchronous filter finds in
 * the last of the text comes behind its end (https://learn.microsoft.com/azure/foundry/openai/concepts/content-streaming).
 */
function lateFindings(choice: number, source: JsonObject): readonly NeutralDelta[] {
  if (!isObject(source["content_filter_offsets"])) return [];
  return [{ choice, first: false, ...BLANK_DELTA, source: { ...source, delta: {} } }];
}

/** Some hosts write the reason of the end on every chunk, so that an end is the last where nothing more is said. */
function goesOn({ delta }: JsonObject, { object }: JsonObject): boolean {
  if (!isObject(delta) || SUMMARIES.has(object)) return false;
  const { text, reasoning } = readContent(delta);
  return Boolean(text) || Boolean(reasoning) || Boolean(delta["refusal"]) || callsOf(delta).length > 0;
}

/** What a chunk with the usage alone has beside it; all that callers need of these, other chunks have said. */
const HEAD_FIELDS = new Set([
  "id",
  "object",
  "created",
  "model",
  "provider",
  "choices",
  "usage",
  "x_groq",
  "system_fingerprint",
  "service_tier",
  "obfuscation",
]);

/** Whether a chunk with the usage says more than that: llama.cpp writes its `timings` there, which it has on the last chunk where nobody asks for usage. */
function saysMore(body: JsonObject): boolean {
  return Object.entries(body).some(([field, value]) => {
    return !HEAD_FIELDS.has(field) && (isObject(value) || (Array.isArray(value) && value.length > 0));
  });
}

/** The words by which hosts name a whole answer. */
const SUMMARIES = new Set<unknown>(["chat.completion", "chat.completion.done", "chat.reasoning.done"]);

type Apart = { readonly tags: ThinkTags | null; readonly choice: ChoiceState | undefined; readonly isLast: boolean };

/** A choice whose reasoning does not stand in its text. */
function tellApart(source: JsonObject, { tags, choice, isLast }: Apart): readonly [ThinkState | undefined, JsonObject] {
  if (tags === null) return [undefined, source];
  return untaggedPiece(source, choice?.thinking ?? startThinking(tags), isLast);
}

type Known = {
  readonly said: JsonObject;
  readonly read: NeutralDelta;
  readonly calls: readonly OpenCall[];
  readonly finish: FinishReason | null;
  readonly thinking: ThinkState | undefined;
};

/** Most chunks only add text, which changes nothing that is known of their choice. */
function stateAfter(before: ChoiceState | undefined, known: Known): ChoiceState {
  const { said, read, calls, finish, thinking } = known;
  const plain = before?.plain === true || saysPlainly(said);
  const cited = before?.cited === true || read.extras?.some(({ kind }) => kind === "annotation") === true;
  const audio = withAudio(before?.audio, said["audio"]);
  const isSame = before?.calls === calls && before.plain === plain && before.cited === cited && before.audio === audio;
  if (isSame && finish === null && before.thinking === thinking) return before;
  return {
    finish: finish ?? before?.finish ?? null,
    calls,
    plain,
    cited,
    ...(audio === undefined ? undefined : { audio }),
    ...(thinking === undefined ? undefined : { thinking }),
  };
}

/** The last delta of a choice, with what is known whole at its end: its sound, and what hosts say beside it that it cites. */
function ending(delta: NeutralDelta, { cited, audio }: ChoiceState, body: JsonObject): NeutralDelta {
  const extras: DeltaExtra[] = [...(delta.extras ?? [])];
  const sources = cited || delta.finish === "tool_calls" ? [] : readSearchResults(body);
  for (const annotation of sources) extras.push({ kind: "annotation", annotation });
  const sound = audio === undefined ? null : wholeAudio(audio);
  if (sound !== null) extras.push({ kind: "media", part: sound });
  return extras.length === 0 ? delta : { ...delta, extras };
}

type DeltaReading = {
  state: ChatReadState;
  index: number;
  choice: ChoiceState | undefined;
  source: JsonObject;
  finish: FinishReason | null;
};

function readDelta(from: DeltaReading): readonly [NeutralDelta, readonly OpenCall[]] {
  const { state, index, choice, source, finish } = from;
  const raw = deltaOf(source);
  const pieces = callsOf(raw);
  const open = choice?.calls ?? [];
  const seed = `${state.options.defaults.id}-${index}`;
  const { calls, deltas } = pieces.length === 0 ? { calls: open, deltas: [] } : placeCalls(open, pieces, seed);
  const toolCalls = finish === null ? deltas : [...deltas, ...namelessCalls(calls)];
  const refusal = typeof raw["refusal"] === "string" ? raw["refusal"] : null;
  const content = readContent(raw);
  const reasoning = choice?.plain === true && !saysPlainly(raw) ? null : content.reasoning;
  const delta = { choice: index, first: choice === undefined, ...content, reasoning, refusal, toolCalls };
  const extras = readExtras(raw, source);
  const end = finish === "function_call" && calls.length > 0 ? "tool_calls" : finish;
  return [extras === null ? { ...delta, finish: end, source } : { ...delta, extras, finish: end, source }, calls];
}

/** Sound is content, too. */
function advance(progress: StreamProgress, deltas: readonly NeutralDelta[]): StreamProgress {
  const next = advanced(progress, deltas);
  const begun = next.begun || deltas.some(({ source }) => isObject(deltaOf(source)["audio"]));
  return begun === next.begun ? next : { ...next, begun };
}

function withHead(state: ChatReadState, body: JsonObject): ChatReadState {
  if (state.head !== null) return state;
  const { id, createdAtS, model } = state.options.defaults;
  const head = {
    id: typeof body["id"] === "string" && body["id"] !== "" ? body["id"] : id,
    createdAtS: typeof body["created"] === "number" ? Math.trunc(body["created"]) : createdAtS,
    model: typeof body["model"] === "string" && body["model"] !== "" ? body["model"] : model,
  };
  return { ...state, head };
}

function withUsage(state: ChatReadState, body: JsonObject): ChatReadState {
  const usage = usageOfBody(body);
  return usage === null ? state : withProgress(state, { usage, usageSource: usageOf(body) });
}
