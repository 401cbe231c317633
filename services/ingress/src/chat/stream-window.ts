/** What a reader of one stream has taken, and when its sender hears of it. */
export class StreamWindow {
  readonly #creditAtBytes: number;
  readonly #credit: (bytes: number) => void;
  #takenBytes = 0;
  #isPaused = false;

  /** Half of the window is credited at once: the sender hears of it before it has to stop, and seldom. */
  constructor(windowBytes: number, credit: (bytes: number) => void) {
    this.#creditAtBytes = windowBytes / 2;
    this.#credit = credit;
  }

  take(bytes: number): void {
    this.#takenBytes += bytes;
    this.#settle();
  }

  /** What is taken from now on is credited when the reader goes on. */
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
