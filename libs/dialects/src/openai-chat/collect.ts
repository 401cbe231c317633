import type { Usage } from "@signalbox/proto";
import type { Collector, StreamTail } from "../ingress-codec.ts";
import { ResponseCollector } from "../neutral/collect.ts";
import { COLLECT_MAX_CHARS } from "../neutral/collect-limit.ts";
import type { JsonObject } from "../neutral/source.ts";
import type { AnswerDefaults, FinishReason, NeutralResponse } from "../neutral/response.ts";
import type { NeutralChunk, NeutralDelta, ToolCallDelta } from "../neutral/stream-event.ts";
import { isObject } from "../check/check-value.ts";
import { deltaOf } from "./delta.ts";
import { renderResponse } from "./render-response.ts";
import { renderUsage } from "./usage.ts";

/** Fields of a delta whose pieces can be put together without guessing. */
const KNOWN = new Set([
  "role",
  "content",
  "refusal",
  "reasoning_content",
  "reasoning",
  "reasoning_text",
  "tool_calls",
  "function_call",
]);

type Call = { id: string; name: string; arguments: string };
type Choice = {
  text: string | null;
  refusal: string | null;
  reasoning: string | null;
  calls: Call[];
  logprobs: unknown[];
  finish: FinishReason | null;
};

/**
 * Puts a streamed answer together into the whole that the provider would have sent, so that it can be kept. One of another wire
 * becomes the whole that the caller would have been given.
 */
export class AnswerCollector implements Collector {
  /** Of an answer from another wire; null until there is one. */
  #foreign: ResponseCollector | null = null;
  #head: AnswerDefaults | null = null;
  #extra: JsonObject = {};
  readonly #choices = new Map<number, Choice>();
  #chars = 0;
  #isWhole = true;

  add(chunk: NeutralChunk): void {
    if (chunk.source.dialect !== "openai-chat") {
      this.#foreign ??= new ResponseCollector();
      this.#foreign.add(chunk);
      return;
    }
    if (!this.#isWhole) return;
    this.#head ??= chunk;
    const { choices: _, usage: __, obfuscation: ___, ...extra } = chunk.source.body;
    this.#extra = { ...this.#extra, ...extra };
    for (const delta of chunk.deltas) this.#addDelta(delta);
    if (this.#chars > COLLECT_MAX_CHARS) this.#giveUp();
  }

  /** The whole answer; null when a piece could not be put together, or when it is too large to be kept. */
  body(tail: Omit<StreamTail, "note">): JsonObject | null {
    if (this.#foreign !== null) return foreignBody(this.#foreign, tail);
    if (!this.#isWhole || this.#head === null) return null;
    const usage = tail.usageSource;
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

function foreignBody(collector: ResponseCollector, { usage }: Omit<StreamTail, "note">): JsonObject | null {
  const response = collector.response(usage);
  return response === null ? null : keptOf(response, usage);
}

/** A whole answer to be kept: the provider's own where it has this form. */
export function keptOf(response: NeutralResponse, usage: Usage): JsonObject {
  if (response.source.dialect === "openai-chat") return response.source.body;
  const note = { decisionId: "", costPicoUsd: null, endpoint: "" };
  return { ...renderResponse(response, { usage, note }).body, usage: renderUsage(usage, null) };
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
