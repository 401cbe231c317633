import { status, type ClientReadableStream, type Metadata, type ServiceError } from "@grpc/grpc-js";
import { fromGrpcError, type GrpcClients } from "@signalbox/kit";
import { SignalboxError, type PipelineReply } from "@signalbox/proto";
import type { DispatcherClient, DispatchFrame } from "@signalbox/proto/grpc/dispatcher";
import type { AnswerWriter } from "./answer-writer.ts";
import type { ChatRequest } from "./chat-request.ts";

/**
 * ended: the client has its answer or its error, and the dispatcher answers for the record.
 * An error: the dispatcher was lost before it did anything that counts, so the request may be tried again.
 */
export type DispatchResult = "ended" | SignalboxError;

type Dispatch = {
  readonly dispatchers: GrpcClients<DispatcherClient>;
  readonly metadata: Metadata;
  readonly timeoutMs: number;
  readonly reply: Extract<PipelineReply, { kind: "dispatch" }>;
};

/** Hands the body to the dispatcher that claimed the request, and its frames to the client. */
export function runDispatch(chat: ChatRequest, writer: AnswerWriter, dispatch: Dispatch): Promise<DispatchResult> {
  const { reply, dispatchers, metadata, timeoutMs } = dispatch;
  const call = dispatchers.at(reply.address).dispatch(
    {
      claim: reply.claim,
      body: chat.body,
      traceparent: chat.traceparent,
      labelsJson: chat.labels === null ? "" : JSON.stringify(chat.labels),
    },
    metadata,
    { deadline: Date.now() + timeoutMs },
  );
  return new Promise((resolve) => {
    const relay = new FrameRelay({ chat, writer, call, resolve });
    call.on("data", (frame: DispatchFrame) => {
      relay.take(frame);
    });
    call.on("error", (error: ServiceError) => {
      relay.fail(error);
    });
    call.on("end", () => {
      relay.end();
    });
  });
}

class FrameRelay {
  readonly #chat: ChatRequest;
  readonly #writer: AnswerWriter;
  readonly #call: ClientReadableStream<DispatchFrame>;
  readonly #resolve: (result: DispatchResult) => void;
  readonly #forget: () => void;
  /** The content of an answer that is not streamed: it leaves whole, once its outcome is recorded. */
  readonly #held: Uint8Array[] = [];
  /** Whether the dispatcher has got to where another one may no longer take over. */
  #committed = false;
  #settled = false;

  constructor(options: {
    chat: ChatRequest;
    writer: AnswerWriter;
    call: ClientReadableStream<DispatchFrame>;
    resolve: (result: DispatchResult) => void;
  }) {
    this.#chat = options.chat;
    this.#writer = options.writer;
    this.#call = options.call;
    this.#resolve = options.resolve;
    const leave = (): void => {
      this.#call.cancel();
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
        this.#writer.setHeader("x-signalbox-model", headerText(frame.value.model));
        this.#writer.setHeader("x-signalbox-provider", headerText(frame.value.provider));
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

  /** The call broke: cancelled by us, out of time, or its server died. */
  fail(error: ServiceError): void {
    if (this.#settled) return;
    if (error.code === status.DEADLINE_EXCEEDED) return this.#error(fromGrpcError(error, "deadline-exceeded"));
    const lost = dispatcherLost(error);
    if (this.#committed) this.#error(lost);
    else this.#settle(lost);
  }

  end(): void {
    if (this.#settled) return;
    // A call that fails ends as well; its error follows in the same turn and says more.
    setImmediate(() => {
      this.fail({ code: status.UNAVAILABLE } as ServiceError);
    });
  }

  #content(piece: Uint8Array): void {
    if (!this.#chat.facts.stream) {
      this.#held.push(piece);
      return;
    }
    if (this.#writer.write(piece)) return;
    this.#call.pause();
    this.#writer.onDrain(() => this.#call.resume());
  }

  #final(tail: Uint8Array): void {
    if (!this.#chat.facts.stream) {
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

/** The dispatcher is gone, and what became of the request is not known here; the register will say `abandoned`. */
function dispatcherLost(cause: unknown): SignalboxError {
  return new SignalboxError("dispatcher-lost", "The dispatcher of the request was lost before its answer was whole.", {
    details: { stage: "dispatcher", retryAfterMs: 1_000 },
    cause,
  });
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

/** Models' names come from config and providers; a header takes visible ASCII. */
function headerText(text: string): string {
  return text.replaceAll(/[^\x20-\x7e]/g, "?");
}
