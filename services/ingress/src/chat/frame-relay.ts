import { status, type ServiceError } from "@grpc/grpc-js";
import { SignalboxError } from "@signalbox/proto";
import type { DispatchFrame } from "@signalbox/proto/grpc/dispatcher";
import type { AnswerTarget } from "./answer-target.ts";
import type { FrameSource, FrameTaker } from "./exchange.ts";

/**
 * ended: the client has its answer or its error, and recording the outcome is the dispatcher's part.
 * Lost: the dispatcher had sent no frame, so the request may be tried again.
 */
export type DispatchResult = "ended" | LostDispatch;

type LostDispatch = {
  readonly error: SignalboxError;
  /** Whether it may have sent the request to a provider, at an unknown cost. */
  readonly mayHaveBegun: boolean;
};

/** Passes one request's frames on to its client. */
export class FrameRelay implements FrameTaker {
  readonly #stream: boolean;
  readonly #writer: AnswerTarget;
  readonly #resolve: (result: DispatchResult) => void;
  #source: FrameSource | null = null;
  #forget: () => void = () => {};
  /** The content of an answer that is not streamed: it is sent whole, once its outcome is recorded. */
  readonly #held: Uint8Array[] = [];
  /** Whether a frame has come: from then on the request must not be tried at another dispatcher. */
  #committed = false;
  /** Whether the source was told to pause; up to a window of content still comes then. */
  #isPaused = false;
  #settled = false;

  constructor(options: { stream: boolean; writer: AnswerTarget; resolve: (result: DispatchResult) => void }) {
    this.#stream = options.stream;
    this.#writer = options.writer;
    this.#resolve = options.resolve;
  }

  /** Breaks the source off when the client leaves. */
  follow(source: FrameSource): void {
    if (this.#settled) return;
    this.#source = source;
    const leave = (): void => {
      source.cancel();
      this.#settle("ended");
    };
    this.#forget = this.#writer.onGone(leave);
    if (this.#writer.isGone) leave();
  }

  take({ frame }: DispatchFrame): void {
    if (this.#settled || frame === undefined) return;
    this.#committed = true;
    switch (frame.$case) {
      case "serving":
        this.#writer.setHeader("x-signalbox-model", frame.value.model);
        this.#writer.setHeader("x-signalbox-provider", frame.value.provider);
        if (frame.value.translation !== "") {
          this.#writer.setHeader("x-signalbox-translation", frame.value.translation);
        }
        if (frame.value.contentType !== "") this.#writer.setContentType(frame.value.contentType);
        break;
      case "content":
        this.#content(frame.value);
        break;
      case "closing":
        break;
      case "final":
        this.#final(frame.value.tail);
        break;
      case "error":
        this.#error(parseError(frame.value));
        break;
    }
  }

  lost(cause: unknown): void {
    if (this.#settled) return;
    const lost = dispatcherLost(cause);
    if (this.#committed) this.#error(lost);
    else this.#settle({ error: lost, mayHaveBegun: mayHaveBegun(cause) });
  }

  late(): void {
    if (!this.#settled) this.#error(new SignalboxError("deadline-exceeded", "The answer took too long."));
  }

  #content(piece: Uint8Array): void {
    if (!this.#stream) {
      this.#held.push(piece);
      return;
    }
    if (this.#writer.write(piece) || this.#isPaused) return;
    this.#isPaused = true;
    this.#source?.pause();
    this.#writer.onDrain(() => {
      this.#isPaused = false;
      this.#source?.resume();
    });
  }

  #final(tail: Uint8Array): void {
    if (!this.#stream) {
      this.#writer.send(
        this.#held.length === 1 && tail.length === 0 ? asBuffer(this.#held[0]!) : Buffer.concat([...this.#held, tail]),
      );
    } else {
      if (tail.length > 0) this.#writer.write(tail);
      this.#writer.end();
    }
    this.#settle("ended");
  }

  #error(error: SignalboxError): void {
    this.#writer.fail(error);
    this.#settle("ended");
  }

  #settle(result: DispatchResult): void {
    if (this.#settled) return;
    this.#settled = true;
    this.#forget();
    this.#resolve(result);
  }
}

/** The dispatcher is gone, and ingress does not know how the request ended; the register will say `abandoned`. */
function dispatcherLost(cause: unknown): SignalboxError {
  return new SignalboxError("dispatcher-lost", "The dispatcher of the request was lost before its answer was whole.", {
    details: { stage: "dispatcher", retryAfterMs: 1_000 },
    cause,
  });
}

/** Not where the dispatcher itself refused the claim or the caller, nor where no connection to it was made. */
function mayHaveBegun(cause: unknown): boolean {
  if (cause instanceof SignalboxError) return cause.code !== "not-found" && cause.code !== "forbidden";
  const { code, details } = (cause ?? {}) as Partial<ServiceError>;
  if (code === status.NOT_FOUND || code === status.PERMISSION_DENIED || code === status.UNAUTHENTICATED) return false;
  return !(code === status.UNAVAILABLE && details?.startsWith("No connection established") === true);
}

function parseError(value: Uint8Array): SignalboxError {
  try {
    return SignalboxError.fromJson(JSON.parse(asBuffer(value).toString("utf8")));
  } catch (error) {
    return SignalboxError.from(error);
  }
}

function asBuffer(bytes: Uint8Array): Buffer {
  return Buffer.isBuffer(bytes) ? bytes : Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
}
