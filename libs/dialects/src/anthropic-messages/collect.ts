import { plainNumber } from "../check/plain-value.ts";
import type { Usage } from "@signalbox/proto";
import { isObject } from "../check/check-value.ts";
import type { Collector, StreamTail } from "../ingress-codec.ts";
import { ResponseCollector } from "../neutral/collect.ts";
import { COLLECT_MAX_CHARS } from "../neutral/collect-limit.ts";
import { LossList } from "../neutral/loss.ts";
import type { NeutralResponse } from "../neutral/response.ts";
import type { JsonObject } from "../neutral/source.ts";
import type { NeutralChunk } from "../neutral/stream-event.ts";
import { type BlockDraft, beginBlock, growBlock, wholeBlock } from "./block-draft.ts";
import { buildMessage, headOf } from "./render-response.ts";

/**
 * Puts a streamed answer together into the whole that the provider would have sent, so that it can be kept. One of another wire
 * becomes the whole that the caller would have been given.
 */
export class AnswerCollector implements Collector {
  /** Of an answer from another wire; null until there is one. */
  #foreign: ResponseCollector | null = null;
  #message: JsonObject | null = null;
  #ending: JsonObject = {};
  readonly #blocks = new Map<number, BlockDraft>();
  #chars = 0;
  #isWhole = true;

  add(chunk: NeutralChunk): void {
    if (chunk.source.dialect !== "anthropic-messages") {
      this.#foreign ??= new ResponseCollector();
      this.#foreign.add(chunk);
      return;
    }
    if (!this.#isWhole) return;
    this.#isWhole = this.#addEvent(chunk.source.body, chunk) && this.#chars <= COLLECT_MAX_CHARS;
    if (!this.#isWhole) this.#blocks.clear();
  }

  /** The whole answer; null when a piece could not be put together, or when it is too large to be kept. */
  body(tail: Omit<StreamTail, "note">): JsonObject | null {
    if (this.#foreign !== null) {
      const response = this.#foreign.response(tail.usage);
      return response === null ? null : keptOf(response, tail.usage);
    }
    if (!this.#isWhole || this.#message === null || typeof this.#ending["stop_reason"] !== "string") return null;
    const drafts = [...this.#blocks].toSorted(([a], [b]) => a - b);
    const content = drafts.flatMap(([, draft]) => wholeBlock(draft) ?? []);
    if (content.length < drafts.length) return null;
    const before = Array.isArray(this.#message["content"]) ? (this.#message["content"] as readonly unknown[]) : [];
    const usage = tail.usageSource ?? this.#message["usage"];
    return {
      ...this.#message,
      content: [...before, ...content],
      ...this.#ending,
      ...(usage === undefined ? {} : { usage }),
    };
  }

  /** False when a piece cannot be put together without guessing. */
  #addEvent(event: JsonObject, head: NeutralChunk): boolean {
    const index = plainNumber(event["index"]);
    switch (event["type"]) {
      case "message_start":
        this.#message = { ...(isObject(event["message"]) ? event["message"] : {}), ...headOf(head) };
        return true;
      case "content_block_start":
        if (!isObject(event["content_block"]) || this.#blocks.has(index)) return false;
        this.#blocks.set(index, beginBlock(event["content_block"]));
        this.#chars += sizeOf(event["content_block"]);
        return true;
      case "content_block_delta": {
        const grown = isObject(event["delta"]) ? growBlock(this.#blocks.get(index), event["delta"]) : null;
        if (grown === null) return false;
        this.#blocks.set(index, grown);
        this.#chars += sizeOf(event["delta"] as JsonObject);
        return true;
      }
      case "message_delta":
        this.#ending = { ...this.#ending, ...(isObject(event["delta"]) ? event["delta"] : {}) };
        return true;
      case "content_block_stop":
      case "ping":
      case undefined:
        return true;
      default:
        return false;
    }
  }
}

function sizeOf(fields: JsonObject): number {
  let chars = 0;
  for (const value of Object.values(fields)) {
    if (typeof value === "string") chars += value.length;
    else if (typeof value === "object" && value !== null) chars += JSON.stringify(value).length;
  }
  return chars;
}

/** A whole answer to be kept: the provider's own where it has this form. */
export function keptOf(response: NeutralResponse, usage: Usage): JsonObject {
  if (response.source.dialect === "anthropic-messages") return response.source.body;
  return buildMessage(response, usage, new LossList());
}
