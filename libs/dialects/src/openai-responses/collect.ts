import type { Usage } from "@signalbox/proto";
import { isObject } from "../check/check-value.ts";
import type { Collector, StreamTail } from "../ingress-codec.ts";
import { ResponseCollector } from "../neutral/collect.ts";
import { COLLECT_MAX_CHARS } from "../neutral/collect-limit.ts";
import type { NeutralResponse } from "../neutral/response.ts";
import type { JsonObject } from "../neutral/source.ts";
import { charsOf, type NeutralChunk } from "../neutral/stream-event.ts";
import { placeAmong } from "./item-place.ts";
import { buildResponse, isOwn } from "./render-response.ts";
import { renderUsage } from "./usage.ts";

/** Keeps the response that a stream ends with; one of another wire becomes the response that the caller would have been given. */
export class ResponseKeeper implements Collector {
  #foreign: ResponseCollector | null = null;
  #last: JsonObject | null = null;
  /** By their place: some hosts leave the output of the last event empty. */
  readonly #items = new Map<number, unknown>();
  #chars = 0;

  add(chunk: NeutralChunk): void {
    const { dialect, body } = chunk.source;
    if (dialect !== "openai-responses" || typeof body["type"] !== "string") {
      this.#foreign ??= new ResponseCollector();
      this.#foreign.add(chunk);
      return;
    }
    for (const delta of chunk.deltas) this.#chars += charsOf(delta);
    if (this.#chars > COLLECT_MAX_CHARS) this.#items.clear();
    else if (body["type"] === "response.output_item.done") this.#items.set(placeAmong(this.#items, body), body["item"]);
    if (isObject(body["response"])) this.#last = body["response"];
  }

  body({ usage }: Omit<StreamTail, "note">): JsonObject | null {
    if (this.#foreign !== null) {
      const response = this.#foreign.response(usage);
      return response === null ? null : keptOf(response, usage);
    }
    const last = this.#last;
    if (last === null || this.#chars > COLLECT_MAX_CHARS) return null;
    if (Array.isArray(last["output"]) && last["output"].length > 0) return last;
    const output = [...this.#items].toSorted(([a], [b]) => a - b).map(([, item]) => item);
    // What was said in no item cannot be said again.
    return output.length === 0 && this.#chars > 0 ? null : { ...last, output };
  }
}

/** A whole answer to be kept: the provider's own where it has this form. */
export function keptOf(response: NeutralResponse, usage: Usage): JsonObject {
  if (isOwn(response)) return response.source.body;
  return buildResponse(response, {}, renderUsage(usage, null)).body;
}
