/** What one request's answers take of the memory, until it is disposed of. */
export type AnswerRoom = Disposable & {
  /** Counts more of an answer that is read whole. False: there is no more room. */
  take(bytes: number): boolean;
};

/** The memory that answers share which are read whole before they are given out. */
export class AnswerMemory {
  readonly #maxBytes: number;
  #bytes = 0;

  constructor(maxBytes: number) {
    this.#maxBytes = maxBytes;
  }

  open(): AnswerRoom {
    let held = 0;
    return {
      take: (bytes) => {
        if (this.#bytes + bytes > this.#maxBytes) return false;
        held += bytes;
        this.#bytes += bytes;
        return true;
      },
      [Symbol.dispose]: () => {
        this.#bytes -= held;
        held = 0;
      },
    };
  }
}
