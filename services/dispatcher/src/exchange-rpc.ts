import type { ServerDuplexStream } from "@grpc/grpc-js";
import { tickBatch, type TickBatch } from "@signalbox/kit";
import { SignalboxError } from "@signalbox/proto";
import type { ExchangeFrame, ExchangeFrames, ExchangeRequests, ExchangeStart } from "@signalbox/proto/grpc/dispatcher";
import { ExchangeWriter } from "./exchange-writer.ts";
import { packFrames } from "./pack-frames.ts";
import { callerLeft, type ServeContext, serveOrder } from "./serve-order.ts";

/** The end of an answer follows its content within a millisecond, and must not wait where no others are under way. */
const BUSY_REQUESTS = 8;

type ExchangeCall = ServerDuplexStream<ExchangeRequests, ExchangeFrames>;

/** `Dispatcher.Exchange`, and the end of all its calls: they never end by themselves. */
type Exchange = { readonly exchange: (call: ExchangeCall) => void; endAll: () => void };

/** Many requests over one call, each under its claim, with the frames of one moment in one message. */
export function createExchange(context: ServeContext): Exchange {
  const open = new Set<SharedCall>();
  return {
    exchange(call) {
      // A write to a caller that has just left is no defect.
      call.on("error", () => {});
      const shared = new SharedCall(call, context);
      open.add(shared);
      call.on("data", ({ requests }: ExchangeRequests) => {
        for (const { id, step } of requests) {
          if (step?.$case === "start") shared.start(id, step.value);
          else if (step?.$case === "credit") shared.credit(id, step.value.bytes);
          else if (step?.$case === "cancel") shared.cancel(id);
        }
      });
      const over = (): void => {
        open.delete(shared);
        shared.end();
      };
      call.on("cancelled", over);
      call.on("end", over);
    },
    endAll() {
      for (const shared of open) shared.end();
      open.clear();
    },
  };
}

type Running = { readonly gone: AbortController; readonly writer: ExchangeWriter };

class SharedCall {
  readonly #call: ExchangeCall;
  readonly #context: ServeContext;
  readonly #running = new Map<number, Running>();
  readonly #send: TickBatch<ExchangeFrame>;
  /** Of streams: whoever reads along sees every millisecond, so their frames share what their turn of the event loop brought. */
  readonly #sendAtOnce: TickBatch<ExchangeFrame>;
  #isOver = false;

  constructor(call: ExchangeCall, context: ServeContext) {
    this.#call = call;
    this.#context = context;
    const write = (frames: ExchangeFrame[]): void => {
      for (const packed of packFrames(frames)) call.write({ frames: packed });
    };
    this.#send = tickBatch(write, () => this.#running.size >= BUSY_REQUESTS);
    this.#sendAtOnce = tickBatch(write, () => false);
  }

  start(id: number, { request, timeoutMs, windowBytes }: ExchangeStart): void {
    // The caller learns from the call's end that nothing came of it.
    if (this.#isOver || request === undefined) return;
    const gone = new AbortController();
    const writer = this.#openWriter(id, windowBytes);
    this.#running.set(id, { gone, writer });
    try {
      serveOrder(this.#context, { request, writer, timeoutMs, gone }).catch((error: unknown) => {
        this.#context.log.error({ err: error }, "a request could not be executed");
        this.#refuse(id, error);
      });
    } catch (error) {
      this.#refuse(id, error);
    }
  }

  credit(id: number, bytes: number): void {
    this.#running.get(id)?.writer.credit(bytes);
  }

  cancel(id: number): void {
    this.#running.get(id)?.gone.abort(callerLeft());
  }

  end(): void {
    if (this.#isOver) return;
    this.#isOver = true;
    for (const { gone, writer } of this.#running.values()) {
      writer.end();
      gone.abort(callerLeft());
    }
    this.#running.clear();
    this.#send.flush();
    this.#sendAtOnce.flush();
    this.#call.end();
  }

  #refuse(id: number, error: unknown): void {
    this.#running.get(id)?.writer.end();
    if (this.#isOver) return;
    const refused = Buffer.from(JSON.stringify(SignalboxError.from(error).toJSON()), "utf8");
    this.#send({ id, step: { $case: "refused", value: refused } });
  }

  #openWriter(id: number, windowBytes: number): ExchangeWriter {
    const send = windowBytes === 0 ? this.#send : this.#sendAtOnce;
    return new ExchangeWriter({
      send: (frame) => {
        send({ id, step: { $case: "frame", value: frame } });
      },
      windowBytes,
      onEnd: () => void this.#running.delete(id),
    });
  }
}
