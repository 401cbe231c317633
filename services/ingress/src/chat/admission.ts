import type { ServerResponse } from "node:http";
import { SignalboxError } from "@signalbox/proto";

/** Bounds how many chat requests hold a body in memory at once. */
export class Admission {
  readonly #max: number;
  #inFlight = 0;

  constructor(max: number) {
    this.#max = max;
  }

  get inFlight(): number {
    return this.#inFlight;
  }

  /** Takes a place until the response is closed. Throws `overloaded` when there is none. */
  admit(response: ServerResponse): void {
    if (this.#inFlight >= this.#max) {
      throw new SignalboxError("overloaded", "Too many requests are in work.", { details: { retryAfterMs: 1_000 } });
    }
    this.#inFlight += 1;
    response.once("close", () => {
      this.#inFlight -= 1;
    });
  }
}
