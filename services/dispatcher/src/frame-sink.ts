import type { PlanEndpoint, SignalboxError } from "@signalbox/proto";
import type { DispatchFrame } from "@signalbox/proto/grpc/dispatcher";

/** Where the frames of one request go: a call of its own, or its place in a shared one. */
export type FrameWriter = {
  /** Nothing that is written reaches anyone any more. */
  readonly isGone: boolean;
  /** False: the reader is slower than this, and `onDrain` says when it can take more. */
  write(frame: DispatchFrame): boolean;
  /** Calls back once the reader can take more; the returned function forgets the callback. */
  onDrain(callback: () => void): () => void;
  /** Nothing follows. */
  end(): void;
};

/** Who answers, and what the way there lost, as a header says it. */
export type Serving = {
  readonly endpoint: PlanEndpoint;
  readonly planIndex: number;
  readonly translation: string;
  /** Of the answer; empty where the caller's dialect says it. */
  readonly contentType: string;
};

const NOTHING = Buffer.alloc(0);

/** Writes the frames of one request in the order that the contract has, and waits for a slow reader. */
export class FrameSink {
  readonly #writer: FrameWriter;
  #serving: PlanEndpoint | null = null;
  #contentBytes = 0;

  constructor(writer: FrameWriter) {
    this.#writer = writer;
  }

  /** The endpoint whose content has been given out; from then on no other may answer. */
  get serving(): PlanEndpoint | null {
    return this.#serving;
  }

  get contentBytes(): number {
    return this.#contentBytes;
  }

  /**
   * Null, or a promise for the moment when the caller can take more or `until` aborts. The first content is preceded by the
   * endpoint that it comes from.
   */
  content(
    piece: string | Buffer,
    { endpoint, planIndex, translation, contentType }: Serving,
    until: AbortSignal,
  ): Promise<void> | null {
    if (this.#serving === null) {
      this.#serving = endpoint;
      this.#write({
        $case: "serving",
        value: { provider: endpoint.provider, model: endpoint.upstreamModel, planIndex, translation, contentType },
      });
    }
    const bytes = typeof piece === "string" ? Buffer.from(piece, "utf8") : piece;
    this.#contentBytes += bytes.length;
    return this.#write({ $case: "content", value: bytes }) ? null : this.#drained(until);
  }

  closing(): void {
    this.#write({ $case: "closing", value: {} });
  }

  final(tail: string): void {
    this.#write({ $case: "final", value: { tail: tail === "" ? NOTHING : Buffer.from(tail, "utf8") } });
    this.#writer.end();
  }

  error(error: SignalboxError): void {
    this.#write({ $case: "error", value: Buffer.from(JSON.stringify(error.toJSON()), "utf8") });
    this.#writer.end();
  }

  #write(frame: NonNullable<DispatchFrame["frame"]>): boolean {
    return this.#writer.isGone || this.#writer.write({ frame });
  }

  #drained(until: AbortSignal): Promise<void> {
    return new Promise((resolve) => {
      const go = (): void => {
        forget();
        until.removeEventListener("abort", go);
        resolve();
      };
      const forget = this.#writer.onDrain(go);
      until.addEventListener("abort", go);
      if (until.aborted) go();
    });
  }
}
