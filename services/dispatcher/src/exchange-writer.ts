import type { DispatchFrame } from "@signalbox/proto/grpc/dispatcher";
import type { FrameWriter } from "./frame-sink.ts";

/** The place of one request in a shared call: its content waits for its own reader, and for no other's. */
export class ExchangeWriter implements FrameWriter {
  readonly #send: (frame: DispatchFrame) => void;
  readonly #windowBytes: number;
  readonly #onEnd: () => void;
  readonly #waiting = new Set<() => void>();
  #underWayBytes = 0;
  #isGone = false;

  /** `windowBytes` of content may have been sent and not credited; zero for no such bound. */
  constructor(options: { send: (frame: DispatchFrame) => void; windowBytes: number; onEnd: () => void }) {
    this.#send = options.send;
    this.#windowBytes = options.windowBytes === 0 ? Infinity : options.windowBytes;
    this.#onEnd = options.onEnd;
  }

  get isGone(): boolean {
    return this.#isGone;
  }

  write(frame: DispatchFrame): boolean {
    if (frame.frame?.$case === "content") this.#underWayBytes += frame.frame.value.length;
    this.#send(frame);
    return this.#hasRoom;
  }

  onDrain(callback: () => void): () => void {
    this.#waiting.add(callback);
    return () => void this.#waiting.delete(callback);
  }

  /** The reader has taken so many bytes of content. */
  credit(bytes: number): void {
    this.#underWayBytes = Math.max(0, this.#underWayBytes - bytes);
    if (!this.#hasRoom) return;
    const waiting = [...this.#waiting];
    this.#waiting.clear();
    for (const callback of waiting) callback();
  }

  end(): void {
    this.#isGone = true;
    this.#onEnd();
  }

  get #hasRoom(): boolean {
    return this.#underWayBytes < this.#windowBytes;
  }
}
