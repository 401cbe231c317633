import { plainText } from "../check/plain-value.ts";
import { isObject } from "../check/check-value.ts";
import { objectsOf } from "../check/field-value.ts";
import type { Collector, StreamTail } from "../ingress-codec.ts";
import { ResponseCollector } from "../neutral/collect.ts";
import { COLLECT_MAX_CHARS } from "../neutral/collect-limit.ts";
import type { JsonObject } from "../neutral/source.ts";
import type { NeutralChunk } from "../neutral/stream-event.ts";
import { keptOf } from "./render-response.ts";

type Candidate = { fields: JsonObject; content: JsonObject; parts: JsonObject[] };

/**
 * Puts a streamed answer together into the whole that the provider would have sent, so that it can be kept. One of another wire
 * becomes the whole that the caller would have been given.
 */
export class AnswerCollector implements Collector {
  /** Of an answer from another wire; null until there is one. */
  #foreign: ResponseCollector | null = null;
  #head: JsonObject | null = null;
  readonly #candidates = new Map<number, Candidate>();
  #chars = 0;
  #isWhole = true;

  add(chunk: NeutralChunk): void {
    if (chunk.source.dialect !== "gemini") {
      this.#foreign ??= new ResponseCollector();
      this.#foreign.add(chunk);
      return;
    }
    const { candidates, usageMetadata: _, ...head } = chunk.source.body;
    if (!this.#isWhole || (candidates === undefined && Object.keys(head).length === 0)) return;
    this.#head = { ...this.#head, ...head };
    const list = objectsOf(candidates);
    for (const [position, candidate] of list.entries()) this.#add(candidate, position);
    if (this.#chars > COLLECT_MAX_CHARS) this.#giveUp();
  }

  /** The whole answer; null when a piece could not be put together, or when it is too large to be kept. */
  body({ usage, usageSource }: Omit<StreamTail, "note">): JsonObject | null {
    if (this.#foreign !== null) {
      const response = this.#foreign.response(usage);
      return response === null ? null : keptOf(response, usage);
    }
    const all = [...this.#candidates.values()];
    const isOver = all.length > 0 && all.every(({ fields }) => typeof fields["finishReason"] === "string");
    if (!this.#isWhole || this.#head === null || !isOver) return null;
    const candidates = all.map(({ fields, content, parts }) => ({ content: { ...content, parts }, ...fields }));
    return { candidates, ...(usageSource === null ? {} : { usageMetadata: usageSource }), ...this.#head };
  }

  #add(source: JsonObject, position: number): void {
    const { content, ...fields } = source;
    const index = typeof fields["index"] === "number" ? fields["index"] : position;
    const candidate = this.#candidates.get(index) ?? { fields: {}, content: {}, parts: [] };
    // Lists such as the sources of an answer come whole, with its end; token by token come the logprobs, which are not put together.
    if (fields["logprobsResult"] !== undefined) this.#giveUp();
    candidate.fields = { ...candidate.fields, ...fields };
    if (isObject(content)) {
      const { parts, ...rest } = content;
      candidate.content = { ...candidate.content, ...rest };
      for (const part of objectsOf(parts)) this.#addPart(candidate.parts, part);
    }
    if (this.#isWhole) this.#candidates.set(index, candidate);
  }

  #addPart(parts: JsonObject[], part: JsonObject): void {
    const call = part["functionCall"];
    if (isObject(call) && (call["partialArgs"] !== undefined || call["willContinue"] === true)) return this.#giveUp();
    this.#chars += JSON.stringify(part).length;
    const last = parts.at(-1);
    if (last !== undefined && isPlainText(last) && isPlainText(part) && last["thought"] === part["thought"]) {
      parts[parts.length - 1] = { ...last, text: `${plainText(last["text"])}${plainText(part["text"])}` };
    } else if (!(isPlainText(part) && part["text"] === "")) parts.push(part);
  }

  #giveUp(): void {
    this.#isWhole = false;
    this.#candidates.clear();
  }
}

/** Pieces of one text; what is signed, or says anything more, is a part of its own. */
function isPlainText(part: JsonObject): boolean {
  return (
    typeof part["text"] === "string" && Object.keys(part).every((field) => field === "text" || field === "thought")
  );
}
