import type { ServerWritableStream } from "@grpc/grpc-js";
import { toGrpcError } from "@signalbox/kit/grpc";
import type { DispatchFrame, DispatchRequest } from "@signalbox/proto/grpc/dispatcher";
import type { FrameWriter } from "./frame-sink.ts";
import { callerLeft, type ServeContext, serveOrder } from "./serve-order.ts";

type DispatchCall = ServerWritableStream<DispatchRequest, DispatchFrame>;

/** `Dispatcher.Dispatch`: one request a call, and only under a claim of a decision that came from policy. */
export function createDispatch(context: ServeContext): (call: DispatchCall) => void {
  return (call) => {
    // A write to a caller that has just left is no defect.
    call.on("error", () => {});
    const gone = new AbortController();
    call.on("cancelled", () => {
      // grpc-js says this of calls that have ended as they should, too.
      if (!call.writableEnded) gone.abort(callerLeft());
    });
    const timeoutMs = Number(call.getDeadline()) - Date.now();
    try {
      serveOrder(context, { request: call.request, writer: callWriter(call), timeoutMs, gone }).catch(
        (error: unknown) => {
          context.log.error({ err: error }, "a request could not be executed");
          call.emit("error", toGrpcError(error));
        },
      );
    } catch (error) {
      call.emit("error", toGrpcError(error));
    }
  };
}

function callWriter(call: DispatchCall): FrameWriter {
  return {
    get isGone() {
      return call.cancelled;
    },
    write: (frame) => call.write(frame),
    onDrain(callback) {
      call.once("drain", callback);
      return () => void call.off("drain", callback);
    },
    end() {
      call.end();
    },
  };
}
