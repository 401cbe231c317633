import { SignalboxError } from "@signalbox/proto";
import type { AnswerRoom } from "./answer-memory.ts";

const RETRY_AFTER_MS = 1_000;

/** What is held of an answer before any of it is given out: within its own bound, and beside all the others that are held. */
export class HeldBytes {
  readonly #maxBytes: number;
  readonly #room: AnswerRoom | undefined;
  #bytes = 0;

  constructor({ maxBytes, room }: { readonly maxBytes: number; readonly room?: AnswerRoom }) {
    this.#maxBytes = maxBytes;
    this.#room = room;
  }

  /** How many were taken. */
  get bytes(): number {
    return this.#bytes;
  }

  /** Throws `upstream-error` beyond the bound, and `overloaded` where there is no room for more. */
  take(bytes: number): void {
    this.#bytes += bytes;
    if (this.#bytes > this.#maxBytes) {
      throw new SignalboxError("upstream-error", `The provider's answer is larger than ${this.#maxBytes} bytes.`);
    }
    if (this.#room?.take(bytes) !== false) return;
    throw new SignalboxError("overloaded", "Too many large answers are read at this moment.", {
      details: { stage: "dispatcher", retryAfterMs: RETRY_AFTER_MS },
    });
  }
}
