/** What was written to a client, up to a limit; behind it the copy says that it is not whole. */
export class AnswerCopy {
  readonly #maxBytes: number;
  readonly #pieces: Uint8Array[] = [];
  #bytes = 0;
  #isWhole = true;

  constructor(maxBytes: number) {
    this.#maxBytes = maxBytes;
  }

  add(piece: Uint8Array): void {
    const room = this.#maxBytes - this.#bytes;
    if (piece.length > room) this.#isWhole = false;
    if (room <= 0) return;
    // The bytes may belong to a buffer that is written again.
    this.#pieces.push(Uint8Array.prototype.slice.call(piece, 0, room));
    this.#bytes += Math.min(piece.length, room);
  }

  get isWhole(): boolean {
    return this.#isWhole;
  }

  get text(): string {
    return Buffer.concat(this.#pieces).toString("utf8");
  }
}
