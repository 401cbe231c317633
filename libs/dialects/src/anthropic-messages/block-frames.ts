import type { JsonObject } from "../neutral/source.ts";
import { frameOf } from "./frame.ts";

/** Writes content blocks, which are numbered as they begin and follow one another. */
export class BlockFrames {
  text = "";
  /** Blocks that have begun. */
  count: number;

  constructor(count: number) {
    this.count = count;
  }

  start(content_block: JsonObject): void {
    this.count += 1;
    this.#event("content_block_start", { content_block });
  }

  piece(delta: JsonObject): void {
    this.#event("content_block_delta", { delta });
  }

  stop(): void {
    this.#event("content_block_stop", {});
  }

  #event(type: string, fields: JsonObject): void {
    this.text += frameOf(type, { type, index: this.count - 1, ...fields });
  }
}
