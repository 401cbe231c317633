import {
  BLANK_DELTA,
  type DeltaExtra,
  type NeutralChunk,
  type NeutralDelta,
  type ToolCallDelta,
} from "../neutral/stream-event.ts";
import { filterExtra } from "./filter-parts.ts";
import type { OpenFilter, TextFilter } from "./text-filter.ts";

/** One text of a choice; a number is a tool call's. */
type Channel = "reasoning" | "text" | "refusal" | number;

const WORDS = ["reasoning", "text", "refusal"] as const;

/**
 * Filters the texts of a stream. What a filter holds back goes on before anything of the choice that follows its text: another
 * text, a new part, the end. Only pieces of tool calls that are open already may come by turns.
 */
export class DeltaFilter {
  readonly #open: OpenFilter;
  readonly #choices = new Map<number, ChoiceFilter>();
  #last: NeutralChunk | null = null;

  constructor(open: OpenFilter) {
    this.#open = open;
  }

  push(chunk: NeutralChunk): NeutralChunk[] {
    this.#last = chunk;
    const deltas = chunk.deltas.flatMap((delta) => {
      let choice = this.#choices.get(delta.choice);
      if (choice === undefined) this.#choices.set(delta.choice, (choice = new ChoiceFilter(delta.choice, this.#open)));
      return choice.take(delta);
    });
    return chunksOf(chunk, deltas);
  }

  /** What is held back of choices that did not say that they ended. */
  end(): NeutralChunk[] {
    const deltas = [...this.#choices.values()].flatMap((choice) => choice.flush());
    return this.#last === null ? [] : chunksOf(this.#last, deltas);
  }
}

/** No chunk holds two pieces of one choice, as none of a provider does. */
function chunksOf(chunk: NeutralChunk, deltas: readonly NeutralDelta[]): NeutralChunk[] {
  if (deltas.length === chunk.deltas.length) return [{ ...chunk, deltas }];
  return deltas.map((delta) => ({ ...chunk, deltas: [delta] }));
}

class ChoiceFilter {
  readonly #index: number;
  readonly #openFilter: OpenFilter;
  readonly #filters = new Map<Channel, TextFilter>();
  readonly #customCalls = new Set<number>();

  constructor(index: number, open: OpenFilter) {
    this.#index = index;
    this.#openFilter = open;
  }

  take(delta: NeutralDelta): NeutralDelta[] {
    const extras = delta.extras ?? [];
    const ends = delta.finish !== null || extras.some(isBoundary);
    const before = this.flush(staying(delta, ends));
    const said = { reasoning: delta.reasoning, text: delta.text, refusal: delta.refusal };
    const present = WORDS.filter((word) => said[word] !== null);
    for (const [at, word] of present.entries()) {
      const isLast = at === present.length - 1 && delta.toolCalls.length === 0 && !ends;
      said[word] = this.#push(word, said[word] ?? "") + (isLast ? "" : this.#end(word));
    }
    const toolCalls = this.#takeCalls(delta.toolCalls, ends);
    const own = extras.length === 0 ? {} : { extras: extras.map((extra) => filterExtra(extra, this.#openFilter)) };
    // A piece that is held back altogether would say nothing, unless it begins its choice or ends it.
    const isSilent = !delta.first && !ends && toolCalls.length === 0 && extras.length === 0;
    if (isSilent && present.every((word) => said[word] === "") && present.length > 0) return before;
    return [...before, { ...delta, ...said, toolCalls, ...own }];
  }

  /** What is held back of all texts but those that stay open. */
  flush(stay: (channel: Channel) => boolean = () => false): NeutralDelta[] {
    const deltas: NeutralDelta[] = [];
    for (const channel of this.#filters.keys()) {
      if (stay(channel)) continue;
      const rest = this.#end(channel);
      if (rest === "") continue;
      const blank = { ...BLANK_DELTA, choice: this.#index, first: false };
      if (typeof channel === "number") {
        deltas.push({ ...blank, toolCalls: [{ index: channel, opens: null, arguments: rest, source: {} }] });
      } else deltas.push({ ...blank, [channel]: rest });
    }
    return deltas;
  }

  #takeCalls(calls: readonly ToolCallDelta[], ends: boolean): ToolCallDelta[] {
    const taken: ToolCallDelta[] = [];
    const close = (): void => {
      for (const [at, call] of taken.entries())
        taken[at] = { ...call, arguments: call.arguments + this.#end(call.index) };
    };
    for (const call of calls) {
      if (call.opens !== null) close();
      if (call.opens?.custom === true) this.#customCalls.add(call.index);
      const text = this.#push(call.index, call.arguments);
      if (call.opens !== null || text !== "" || ends) taken.push({ ...call, arguments: text });
    }
    if (ends) close();
    return taken;
  }

  #push(channel: Channel, piece: string): string {
    let filter = this.#filters.get(channel);
    if (filter === undefined) {
      const isJson = typeof channel === "number" && !this.#customCalls.has(channel);
      this.#filters.set(channel, (filter = this.#openFilter(isJson ? "json" : "plain")));
    }
    return filter.push(piece);
  }

  #end(channel: Channel): string {
    const rest = this.#filters.get(channel)?.end() ?? "";
    this.#filters.delete(channel);
    return rest;
  }
}

function isBoundary({ kind }: DeltaExtra): boolean {
  return kind !== "logprobs";
}

/** Which of the open texts a delta goes on with, before it brings anything else. */
function staying(delta: NeutralDelta, ends: boolean): (channel: Channel) => boolean {
  const [word] = WORDS.filter((each) => delta[each] !== null);
  if (word !== undefined) return (channel) => channel === word && !(delta.extras ?? []).some(isBoundary);
  if (delta.toolCalls.length > 0) {
    const goesOn = delta.toolCalls.every(({ opens }) => opens === null);
    const indexes = new Set<Channel>(delta.toolCalls.map(({ index }) => index));
    return (channel) => goesOn && typeof channel === "number" && (!ends || indexes.has(channel));
  }
  return () => !ends;
}
