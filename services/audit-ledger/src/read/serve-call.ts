import type {
  handleServerStreamingCall,
  handleUnaryCall,
  sendUnaryData,
  ServerUnaryCall,
  ServerWritableStream,
} from "@grpc/grpc-js";
import { type Logger, stageUnavailable } from "@signalbox/kit";
import { toGrpcError } from "@signalbox/kit/grpc";
import { ERROR_CODES, SignalboxError } from "@signalbox/proto";

/** A unary call from a function that returns its response or throws a SignalboxError. */
export function serveUnary<Request, Response>(
  log: Logger,
  handle: (call: ServerUnaryCall<Request, Response>) => Promise<Response>,
): handleUnaryCall<Request, Response> {
  async function respond(call: ServerUnaryCall<Request, Response>, callback: sendUnaryData<Response>): Promise<void> {
    let response: Response;
    try {
      response = await handle(call);
    } catch (error) {
      logDefect(log, error);
      callback(toGrpcError(error));
      return;
    }
    callback(null, response);
  }
  return (call, callback) => void respond(call, callback);
}

/**
 * A server stream from an async generator. The next response is asked for when the last was taken, so a slow reader
 * holds the generator and nothing gathers; `signal` aborts when the caller is gone. A stream that never ends by itself
 * is ended with `stage-unavailable` by `until`, whatever its reader does.
 */
export function serveStream<Request, Response>(
  { log, until }: { readonly log: Logger; readonly until?: AbortSignal },
  handle: (call: ServerWritableStream<Request, Response>, signal: AbortSignal) => AsyncIterable<Response>,
): handleServerStreamingCall<Request, Response> {
  return (call) => {
    const gone = new AbortController();
    call.on("cancelled", () => {
      gone.abort();
    });
    const leave = (): void => {
      gone.abort();
      call.emit("error", toGrpcError(stageUnavailable("audit-ledger")));
    };
    until?.addEventListener("abort", leave);
    pump(call, handle(call, gone.signal), gone.signal)
      .catch((error: unknown) => {
        if (gone.signal.aborted) return;
        logDefect(log, error);
        call.emit("error", toGrpcError(error));
      })
      .finally(() => until?.removeEventListener("abort", leave));
  };
}

async function pump<Request, Response>(
  call: ServerWritableStream<Request, Response>,
  responses: AsyncIterable<Response>,
  signal: AbortSignal,
): Promise<void> {
  for await (const response of responses) {
    if (signal.aborted) return;
    if (!call.write(response)) await drained(call, signal);
  }
  if (!signal.aborted) call.end();
}

function drained(call: ServerWritableStream<unknown, unknown>, signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    const done = (): void => {
      call.off("drain", done);
      signal.removeEventListener("abort", done);
      resolve();
    };
    call.on("drain", done);
    signal.addEventListener("abort", done);
  });
}

/** Says in the log what is nobody else's mistake. */
export function logDefect(log: Logger, error: unknown): void {
  const known = SignalboxError.from(error);
  if (ERROR_CODES[known.code].http >= 500) log.error({ err: known.cause ?? error }, "a call failed");
}
