import { isObject } from "../check/check-value.ts";
import { objectsOf } from "../check/field-value.ts";
import type { FinishReason, StopDetails } from "../neutral/response.ts";
import type { JsonObject } from "../neutral/source.ts";
import type { DeltaExtra, NeutralDelta, ToolCallDelta } from "../neutral/stream-event.ts";
import { mintedCallId } from "../neutral/tool-call-text.ts";
import { readFinish } from "./finish-reason.ts";
import { readCitations, withSources } from "./grounding.ts";
import { readLogprobs } from "./logprobs.ts";
import { argumentsOf, kindOfCall, type PartialCall, withPieces } from "./partial-call.ts";
import { readPart } from "./read-part.ts";

/** What is known of one choice between two events. */
export type CandidateState = {
  readonly finish: FinishReason | null;
  /**
   * An event has said STOP. Whether more follows is known at the body's end: the provider says it of each round of its own tools, early
   * models and some hosts of every event.
   */
  readonly stopped: boolean;
  readonly calls: number;
  /** Whether the last part was a signed text: what follows is another part. */
  readonly signed: boolean;
  /** Whether all of its text is ASCII, in which a byte is a UTF-16 unit. */
  readonly ascii: boolean;
  /** The call whose arguments are streaming. */
  readonly partial: PartialCall | null;
  /** What the events so far say that it rests on: those after them count on from there. */
  readonly sources: readonly JsonObject[];
};

export const NEW_CANDIDATE: CandidateState = {
  finish: null,
  stopped: false,
  calls: 0,
  signed: false,
  ascii: true,
  partial: null,
  sources: [],
};

type CandidateReading =
  | { readonly kind: "deltas"; readonly state: CandidateState; readonly deltas: readonly NeutralDelta[] }
  | { readonly kind: "failure"; readonly reason: string };

type From = { readonly index: number; readonly first: boolean; readonly seed: string };

/** One candidate of one event: a delta, or several where its parts do not come in the order that a delta has. */
export function readCandidate(before: CandidateState, candidate: JsonObject, from: From): CandidateReading {
  const draft = new Draft(before, from);
  const content = isObject(candidate["content"]) ? candidate["content"] : {};
  const parts = objectsOf(content["parts"]);
  for (const part of parts) if (!draft.addPiece(part)) draft.addPart(part);
  const { ascii, sources } = draft.state;
  for (const { annotation } of readCitations(candidate, (_, byte) => (ascii ? byte : null), sources)) {
    draft.add(RANKS.text, { extra: { kind: "annotation", annotation } });
  }
  draft.state = { ...draft.state, sources: withSources(sources, candidate) };
  const logprobs = readLogprobs(candidate["logprobsResult"]);
  if (logprobs !== null) draft.add(null, { extra: { kind: "logprobs", logprobs } });
  const word = candidate["finishReason"];
  if (typeof word === "string") draft.closeCall();
  const hasCalls = draft.state.calls > 0;
  const finish = readFinish(before.finish === null ? word : null, hasCalls, candidate["finishMessage"]);
  if (finish.kind === "failure") return { kind: "failure", reason: finish.reason };
  if (word === "STOP") draft.state = { ...draft.state, stopped: true };
  else if (finish.kind === "finish") draft.finish(finish.reason, finish.stop);
  return { kind: "deltas", state: draft.state, deltas: draft.deltas() };
}

/** How a choice that said STOP ends with the body; null for any other. */
export function endOfStop({ finish, stopped, calls }: CandidateState): FinishReason | null {
  if (finish !== null || !stopped) return null;
  return calls > 0 ? "tool_calls" : "stop";
}

/** The order in which a delta's pieces were generated. */
const RANKS = { reasoning: 1, text: 2, other: 3, calls: 4 } as const;

type Piece = { text?: string; reasoning?: string; extra?: DeltaExtra; call?: ToolCallDelta };
type DeltaDraft = {
  rank: number;
  text: string | null;
  reasoning: string | null;
  extras: DeltaExtra[];
  toolCalls: ToolCallDelta[];
  end: { finish: FinishReason; stop?: StopDetails } | null;
};

const NEW_PART: DeltaExtra = { kind: "new-part" };

class Draft {
  state: CandidateState;
  readonly #from: From;
  readonly #deltas: DeltaDraft[] = [];

  constructor(state: CandidateState, from: From) {
    this.state = state;
    this.#from = from;
  }

  addPart(part: JsonObject): void {
    const { index, seed } = this.#from;
    const read = readPart(part, () => mintedCallId(`${seed}-${index}`, this.state.calls));
    switch (read?.kind) {
      case "reasoning":
        if (read.state !== undefined) this.#newPart();
        this.add(RANKS.reasoning, { reasoning: read.text });
        if (read.state !== undefined) {
          this.add(RANKS.reasoning, { extra: { kind: "reasoning-state", state: read.state } });
        }
        return this.#after(false);
      case "text": {
        const isSigned = read.state !== undefined;
        if (isSigned || this.state.signed) this.#newPart();
        this.add(RANKS.text, { text: read.text });
        if (read.state !== undefined) this.add(RANKS.text, { extra: { kind: "text-state", state: read.state } });
        const ascii = this.state.ascii && Buffer.byteLength(read.text, "utf8") === read.text.length;
        this.state = { ...this.state, ascii };
        return this.#after(isSigned);
      }
      case "tool-call": {
        const { kind: _, arguments: text, ...opens } = read;
        this.add(RANKS.calls, { call: { index: this.state.calls, opens, arguments: text, source: part } });
        this.state = { ...this.state, calls: this.state.calls + 1 };
        return this.#after(false);
      }
      case "image":
      case "audio":
        this.add(RANKS.other, { extra: { kind: "media", part: read } });
        return this.#after(false);
      case "other":
        this.add(RANKS.other, { extra: { kind: "other", part: read } });
        return this.#after(false);
      case "file":
        // A stream of the neutral form has no files; nobody but this form streams one.
        this.add(RANKS.other, {
          extra: { kind: "other", part: { kind: "other", type: "file", form: "gemini", body: part } },
        });
        return this.#after(false);
      default:
        return;
    }
  }

  /** Reads a part that is a piece of a call whose arguments stream; false where it is none. A whole call ends the one before it. */
  addPiece(part: JsonObject): boolean {
    const call = part["functionCall"];
    if (!isObject(call)) return false;
    const kind = kindOfCall(call, this.state.partial !== null);
    if (kind === "whole" || kind === "begins") this.closeCall();
    if (kind === "whole") return false;
    if (kind === "ends" && this.state.partial === null) return true;
    if (kind === "begins") {
      const index = this.state.calls;
      this.addPart({ ...part, functionCall: { ...call, args: "", partialArgs: undefined, willContinue: undefined } });
      this.state = { ...this.state, partial: { index, pieces: [], chars: 0 } };
    }
    const { partial, isWhole } = withPieces(this.state.partial!, call);
    this.state = { ...this.state, partial };
    if (isWhole) this.closeCall();
    return true;
  }

  /** The arguments of the call that is open, if one is. */
  closeCall(): void {
    const { partial } = this.state;
    if (partial === null) return;
    const call = { index: partial.index, opens: null, arguments: argumentsOf(partial), source: {} };
    this.add(RANKS.calls, { call });
    this.state = { ...this.state, partial: null };
  }

  /** `rank` null: a piece that may stand anywhere. */
  add(rank: number | null, { text, reasoning, extra, call }: Piece): void {
    let delta = this.#deltas.at(-1);
    if (delta === undefined || (rank !== null && rank < delta.rank)) delta = this.#open();
    if (rank !== null) delta.rank = rank;
    if (text !== undefined) delta.text = (delta.text ?? "") + text;
    if (reasoning !== undefined && reasoning !== "") delta.reasoning = (delta.reasoning ?? "") + reasoning;
    if (extra !== undefined) delta.extras.push(extra);
    if (call !== undefined) delta.toolCalls.push(call);
    // State ends its part: what follows would be taken for a piece of it.
    if (extra?.kind === "reasoning-state" || extra?.kind === "text-state") delta.rank = RANKS.text + 0.5;
  }

  finish(finish: FinishReason, stop: StopDetails | undefined): void {
    const delta = this.#deltas.at(-1) ?? this.#open();
    delta.end = { finish, ...(stop === undefined ? {} : { stop }) };
    this.state = { ...this.state, finish };
  }

  deltas(): NeutralDelta[] {
    // A candidate that says nothing yet says that its choice has begun.
    if (this.#deltas.length === 0 && this.#from.first) this.#open();
    return this.#deltas.map(({ text, reasoning, toolCalls, extras, end }, position) => ({
      choice: this.#from.index,
      first: this.#from.first && position === 0,
      text,
      reasoning,
      toolCalls,
      refusal: null,
      ...(extras.length === 0 ? {} : { extras }),
      finish: end?.finish ?? null,
      ...(end?.stop === undefined ? {} : { stop: end.stop }),
      source: {},
    }));
  }

  /** What a new part begins in a delta holds for all of the delta, so it begins one of its own. */
  #newPart(): void {
    const last = this.#deltas.at(-1);
    const delta = last === undefined || last.rank > 0 ? this.#open() : last;
    delta.extras.push(NEW_PART);
  }

  #after(signed: boolean): void {
    if (this.state.signed !== signed) this.state = { ...this.state, signed };
  }

  #open(): DeltaDraft {
    const delta = { rank: 0, text: null, reasoning: null, extras: [], toolCalls: [], end: null };
    this.#deltas.push(delta);
    return delta;
  }
}
