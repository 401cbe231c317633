/** Counts what the reader of one stream has taken, and credits it to the sender. */
export class StreamWindow {
  readonly #creditAtBytes: number;
  readonly #credit: (bytes: number) => void;
  #takenBytes = 0;
  #isPaused = false;

  /** Credits half a window at a time, so that the sender gets few credits and each before it has to stop. */
  constructor(windowBytes: number, credit: (bytes: number) => void) {
    this.#creditAtBytes = windowBytes / 2;
    this.#credit = credit;
  }

  take(bytes: number): void {
    this.#takenBytes += bytes;
    this.#settle();
  }

  /** From now on nothing is credited, until `resume`. */
  pause(): void {
    this.#isPaused = true;
  }

  resume(): void {
    this.#isPaused = false;
    this.#settle();
  }

  #settle(): void {
    if (this.#isPaused || this.#takenBytes < this.#creditAtBytes) return;
    const bytes = this.#takenBytes;
    this.#takenBytes = 0;
    this.#credit(bytes);
  }
}
