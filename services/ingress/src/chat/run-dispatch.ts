import { status, type Metadata, type ServiceError } from "@grpc/grpc-js";
import type { GrpcClients } from "@signalbox/kit/grpc";
import type { PipelineReply } from "@signalbox/proto";
import type { DispatcherClient, DispatchFrame, DispatchRequest } from "@signalbox/proto/grpc/dispatcher";
import type { RedactedBody } from "../guard/request-guard.ts";
import type { AnswerTarget } from "./answer-target.ts";
import type { ChatRequest } from "./chat-request.ts";
import type { Exchanges, FrameSource } from "./exchange.ts";
import { FrameRelay, type DispatchResult } from "./frame-relay.ts";

type Dispatch = {
  readonly dispatchers: GrpcClients<DispatcherClient>;
  readonly exchanges: Exchanges;
  readonly metadata: Metadata;
  readonly timeoutMs: number;
  readonly reply: Extract<PipelineReply, { kind: "dispatch" }>;
  readonly sent: RedactedBody;
  /** A dispatcher that was lost may have begun the request. */
  readonly lostBefore: boolean;
};

/** A larger body gets a call of its own, because in a shared one it would hold up the requests behind it. */
const SHARED_BODY_MAX_BYTES = 256 * 1024;

/** Sends the body to the dispatcher that claimed the request, and relays its frames to the client. */
export function runDispatch(chat: ChatRequest, writer: AnswerTarget, dispatch: Dispatch): Promise<DispatchResult> {
  const { body, redaction } = dispatch.sent;
  const request = {
    claim: dispatch.reply.claim,
    body,
    traceparent: chat.traceparent,
    labelsJson: chat.labels === null ? "" : JSON.stringify(chat.labels),
    envelopeJson: chat.envelope === null ? "" : JSON.stringify(chat.envelope),
    redactionJson: redaction === null ? "" : JSON.stringify(redaction),
    lostBefore: dispatch.lostBefore,
  };
  const { operation, stream } = chat.facts;
  // Answers of other operations, such as vectors and images, are large, and would hold up a shared call.
  const shares = operation === "chat" && body.length <= SHARED_BODY_MAX_BYTES;
  return new Promise((resolve) => {
    const relay = new FrameRelay({ stream, writer, resolve });
    if (shares) {
      const { reply, exchanges, timeoutMs } = dispatch;
      relay.follow(exchanges.start(reply.address, { request, stream, timeoutMs }, relay));
    } else {
      relay.follow(openCall(dispatch, request, relay));
    }
  });
}

function openCall(dispatch: Dispatch, request: DispatchRequest, relay: FrameRelay): FrameSource {
  const { reply, dispatchers, metadata, timeoutMs } = dispatch;
  const call = dispatchers.at(reply.address).dispatch(request, metadata, { deadline: Date.now() + timeoutMs });
  call.on("data", (frame: DispatchFrame) => {
    relay.take(frame);
  });
  call.on("error", (error: ServiceError) => {
    if (error.code === status.DEADLINE_EXCEEDED) relay.late();
    else relay.lost(error);
  });
  call.on("end", () => {
    // A failed call emits `end` too, in the same turn as its error, which says more.
    setImmediate(() => {
      relay.lost(null);
    });
  });
  return call;
}
