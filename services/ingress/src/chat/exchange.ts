import type { ClientDuplexStream, Metadata } from "@grpc/grpc-js";
import { tickBatch } from "@signalbox/kit";
import type { GrpcClients } from "@signalbox/kit/grpc";
import { SignalboxError } from "@signalbox/proto";
import type {
  DispatcherClient,
  DispatchFrame,
  DispatchRequest,
  ExchangeFrame,
  ExchangeFrames,
  ExchangeRequest,
  ExchangeRequests,
} from "@signalbox/proto/grpc/dispatcher";
import { StreamWindow } from "./stream-window.ts";

/** With fewer requests under way, each is sent at once instead of together with those of its event-loop tick. */
const BUSY_REQUESTS = 8;
/** The content of one stream that may be under way, and so be held in memory here while its client reads slowly. */
const STREAM_WINDOW_BYTES = 256 * 1024;

/** Receives what happens to one request. */
export type FrameTaker = {
  take(frame: DispatchFrame): void;
  /** The dispatcher refused the request, or is gone. Nothing follows. */
  lost(cause: unknown): void;
  /** The answer did not end in time. Nothing follows. */
  late(): void;
};

/** Where a request's frames come from. */
export type FrameSource = {
  /** Breaks the request off; its taker is not called any more. */
  cancel(): void;
  /** Asks for no more content; what is already under way still comes. */
  pause(): void;
  resume(): void;
};

type ExchangeOrder = { readonly request: DispatchRequest; readonly stream: boolean; readonly timeoutMs: number };

/** Sends many requests over one call to each dispatcher, which is opened when it is needed and again after it was lost. */
export type Exchanges = Disposable & {
  start(address: string, order: ExchangeOrder, taker: FrameTaker): FrameSource;
};

export function openExchanges(dispatchers: GrpcClients<DispatcherClient>, metadata: Metadata): Exchanges {
  const calls = new Map<string, SharedCall>();
  return {
    start(address, order, taker) {
      let call = calls.get(address);
      if (call === undefined) {
        call = new SharedCall(dispatchers.at(address).exchange(metadata), () => calls.delete(address));
        calls.set(address, call);
      }
      return call.start(order, taker);
    },
    [Symbol.dispose]() {
      for (const call of calls.values()) call.end();
      calls.clear();
    },
  };
}

type Waiting = { readonly taker: FrameTaker; readonly timer: NodeJS.Timeout; readonly window: StreamWindow | null };

class SharedCall {
  readonly #call: ClientDuplexStream<ExchangeRequests, ExchangeFrames>;
  readonly #waiting = new Map<number, Waiting>();
  readonly #send: (request: ExchangeRequest) => void;
  #lastId = 0;

  constructor(call: ClientDuplexStream<ExchangeRequests, ExchangeFrames>, onOver: () => void) {
    this.#call = call;
    this.#send = tickBatch(
      (requests) => {
        if (call.writable) call.write({ requests });
      },
      () => this.#waiting.size >= BUSY_REQUESTS,
    );
    const over = (cause: unknown): void => {
      onOver();
      for (const id of this.#waiting.keys()) this.#settle(id)?.lost(cause);
      call.end();
    };
    call.on("data", ({ frames }: ExchangeFrames) => {
      for (const frame of frames) this.#take(frame);
    });
    call.on("error", over);
    call.on("end", () => {
      over(null);
    });
  }

  start({ request, stream, timeoutMs }: ExchangeOrder, taker: FrameTaker): FrameSource {
    this.#lastId += 1;
    const id = this.#lastId;
    const timer = setTimeout(() => {
      this.#send({ id, step: { $case: "cancel", value: {} } });
      this.#settle(id)?.late();
    }, timeoutMs);
    const credit = (bytes: number): void => {
      if (this.#waiting.has(id)) this.#send({ id, step: { $case: "credit", value: { bytes } } });
    };
    const window = stream ? new StreamWindow(STREAM_WINDOW_BYTES, credit) : null;
    this.#waiting.set(id, { taker, timer, window });
    const windowBytes = stream ? STREAM_WINDOW_BYTES : 0;
    this.#send({ id, step: { $case: "start", value: { request, timeoutMs, windowBytes } } });
    return {
      cancel: () => {
        if (this.#settle(id) !== undefined) this.#send({ id, step: { $case: "cancel", value: {} } });
      },
      pause: () => window?.pause(),
      resume: () => window?.resume(),
    };
  }

  end(): void {
    this.#call.end();
  }

  #take({ id, step }: ExchangeFrame): void {
    if (step?.$case === "refused") {
      this.#settle(id)?.lost(parseRefusal(step.value));
      return;
    }
    const waiting = this.#waiting.get(id);
    if (waiting === undefined || step === undefined) return;
    const { frame } = step.value;
    if (frame?.$case === "final" || frame?.$case === "error") this.#settle(id);
    waiting.taker.take(step.value);
    // After the taker, which may just have paused the stream because its client is slow.
    if (frame?.$case === "content") waiting.window?.take(frame.value.length);
  }

  #settle(id: number): FrameTaker | undefined {
    const waiting = this.#waiting.get(id);
    if (waiting === undefined) return undefined;
    clearTimeout(waiting.timer);
    this.#waiting.delete(id);
    return waiting.taker;
  }
}

function parseRefusal(value: Uint8Array): unknown {
  try {
    return SignalboxError.fromJson(JSON.parse(Buffer.from(value).toString("utf8")));
  } catch (error) {
    return error;
  }
}
