import type { JsonObject } from "../neutral/request.ts";
import type { AnswerDefaults, FinishReason } from "../neutral/response.ts";
import type { NeutralChunk, NeutralDelta, ToolCallDelta } from "../neutral/stream-event.ts";
import { isObject } from "./check-value.ts";
import { deltaOf } from "./stream.ts";

/** The largest answer that is put together from a stream, in UTF-16 units. */
export const COLLECT_MAX_CHARS = 4 * 1024 * 1024;

/** Fields of a delta whose pieces can be put together without guessing. */
const KNOWN = new Set(["role", "content", "refusal", "reasoning_content", "reasoning", "tool_calls"]);

type Call = { id: string; name: string; arguments: string };
type Choice = {
  text: string | null;
  refusal: string | null;
  reasoning: string | null;
  calls: Call[];
  logprobs: unknown[];
  finish: FinishReason | null;
};

/** Puts a streamed answer together into the whole that the provider would have sent, so that it can be kept. */
export class AnswerCollector {
  #head: AnswerDefaults | null = null;
  #extra: JsonObject = {};
  readonly #choices = new Map<number, Choice>();
  #chars = 0;
  #isWhole = true;

  add(chunk: NeutralChunk): void {
    if (!this.#isWhole) return;
    this.#head ??= chunk;
    const { choices: _, usage: __, obfuscation: ___, ...extra } = chunk.source.body;
    this.#extra = { ...this.#extra, ...extra };
    for (const delta of chunk.deltas) this.#addDelta(delta);
    if (this.#chars > COLLECT_MAX_CHARS) this.#giveUp();
  }

  /** The whole answer; null when a piece could not be put together, or when it is too large to be kept. */
  body(usage: JsonObject | null): JsonObject | null {
    if (!this.#isWhole || this.#head === null) return null;
    const { id, createdAtS, model } = this.#head;
    const choices = [...this.#choices]
      .toSorted(([a], [b]) => a - b)
      .map(([index, choice]) => wholeChoice(index, choice));
    const head = { id, object: "chat.completion", created: createdAtS, model };
    return { ...this.#extra, ...head, choices, ...(usage === null ? {} : { usage }) };
  }

  #addDelta(delta: NeutralDelta): void {
    if (Object.keys(deltaOf(delta.source)).some((field) => !KNOWN.has(field))) return this.#giveUp();
    const choice = this.#choice(delta.choice);
    choice.text = joined(choice.text, delta.text);
    choice.refusal = joined(choice.refusal, delta.refusal);
    choice.reasoning = joined(choice.reasoning, delta.reasoning);
    choice.finish ??= delta.finish;
    const { logprobs } = delta.source;
    if (isObject(logprobs) && Array.isArray(logprobs["content"]))
      choice.logprobs.push(...(logprobs["content"] as unknown[]));
    for (const call of delta.toolCalls) this.#addCall(choice, call);
    this.#chars += (delta.text?.length ?? 0) + (delta.reasoning?.length ?? 0) + (delta.refusal?.length ?? 0);
  }

  #addCall(choice: Choice, piece: ToolCallDelta): void {
    if (isObject(piece.source["custom"])) return this.#giveUp();
    const call = (choice.calls[piece.index] ??= { id: "", name: "", arguments: "" });
    if (piece.opens !== null) Object.assign(call, piece.opens);
    call.arguments += piece.arguments;
    this.#chars += piece.arguments.length;
  }

  #choice(index: number): Choice {
    let choice = this.#choices.get(index);
    if (choice === undefined) {
      choice = { text: null, refusal: null, reasoning: null, calls: [], logprobs: [], finish: null };
      this.#choices.set(index, choice);
    }
    return choice;
  }

  #giveUp(): void {
    this.#isWhole = false;
    this.#choices.clear();
  }
}

function joined(text: string | null, piece: string | null): string | null {
  return piece === null ? text : (text ?? "") + piece;
}

function wholeChoice(index: number, choice: Choice): JsonObject {
  const calls = choice.calls.map(({ id, name, arguments: text }) => {
    return { id, type: "function", function: { name, arguments: text } };
  });
  const message = {
    role: "assistant",
    content: calls.length > 0 && choice.text === "" ? null : choice.text,
    refusal: choice.refusal,
    ...(choice.reasoning === null ? {} : { reasoning_content: choice.reasoning }),
    ...(calls.length === 0 ? {} : { tool_calls: calls }),
  };
  const logprobs = choice.logprobs.length === 0 ? null : { content: choice.logprobs, refusal: null };
  return { index, message, logprobs, finish_reason: choice.finish };
}
